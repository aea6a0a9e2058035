-- Who:    what happened to orders: placed, paid, changed, cancelled, arrived, sent back, refunded, reviewed; and every day of arrival
--         that was said, by whom.
-- Grain:  event. `at`: when it happened; `known_at`: business time of the first load that said so; null: derived, or not recorded.
-- Why:    the first day promised or asked for was so when the order was placed; of a parcel it is said where it is another than the
--         order's.
-- Params: order_ids
with version as (
  select v.order_id, v.placed_at, v.paid_at, v.cancelled_at, v.payment_due_at, v.total, v.currency, l.as_of as known_at
  from order_version v left join load l on l.load_id = v.from_load
  where v.order_id = any(cast(:order_ids as text[]))
), story as (
  select w.at, min(v.known_at) as known_at, w.kind, v.order_id, v.order_id as id,
         case when w.kind = 'order_placed'
         then (array_agg(jsonb_build_object('total', v.total, 'currency', v.currency) order by v.known_at))[1] end as detail
  from version v
  cross join lateral (values ('order_placed', v.placed_at), ('order_paid', case when not exists (
    select from payments p where p.order_id = v.order_id and p.at = v.paid_at) then v.paid_at end), ('order_cancelled', v.cancelled_at)) w (kind, at)
  where w.at is not null
  group by w.at, w.kind, v.order_id
  union all
  select g.cancelled_at, null, 'order_cancelled', g.order_id, g.order_id, null
  from order_progress g
  where g.order_id = any(cast(:order_ids as text[])) and g.cancelled_at is not null
    and not exists (select from version v where v.order_id = g.order_id and v.cancelled_at = g.cancelled_at)
  union all
  select g.content_changed_at, null, 'order_changed', g.order_id, g.order_id, null
  from order_progress g where g.order_id = any(cast(:order_ids as text[])) and g.content_changed_at is not null
  union all
  select p.at, l.as_of, 'payment', p.order_id, p.payment_id, jsonb_build_object('amount', p.amount, 'method', p.method)
  from payments p left join load l using (load_id) where p.order_id = any(cast(:order_ids as text[]))
  union all
  select r.at, l.as_of, 'refund', r.order_id, r.refund_id, jsonb_build_object('amount', r.amount, 'method', r.method)
  from refunds r left join load l using (load_id) where r.order_id = any(cast(:order_ids as text[]))
  union all
  select s.at, l.as_of, 'return', s.order_id, s.return_id, jsonb_build_object('state', s.state, 'kind', r.kind)
  from return_state s left join returns r using (return_id) left join load l on l.load_id = s.load_id
  where s.order_id = any(cast(:order_ids as text[]))
  union all
  select r.at, l.as_of, 'review', r.order_id, r.order_id, jsonb_build_object('score', r.score)
  from reviews r left join load l using (load_id) where r.order_id = any(cast(:order_ids as text[]))
  union all
  select s.at, l.as_of, 'survey_answer', s.order_id, s.question, jsonb_build_object('answer', s.answer)
  from survey_answers s left join load l using (load_id) where s.order_id = any(cast(:order_ids as text[]))
  union all
  select case when d.nth = 1 and d.kind in ('promised', 'requested') then o.placed_at else d.said_at end, l.as_of, 'day_' || d.kind, d.order_id,
         coalesce(d.shipment_id, d.order_id),
         jsonb_build_object('from_on', nullif(d.from_on, d.until_on), 'until_on', d.until_on, 'source', d.source)
  from (
    select *, row_number() over (partition by order_id, shipment_id, kind order by said_at, from_load) as nth,
           shipment_id is not null and kind = 'promised' and until_on in (
             select v.until_on from date_version v where v.order_id = any(cast(:order_ids as text[])) and v.shipment_id is null and v.kind = 'promised'
                                                     and v.order_id = w.order_id) as repeats
    from date_version w
    where order_id = any(cast(:order_ids as text[]))
  ) d
  join orders o using (order_id)
  left join load l on l.load_id = d.from_load
  where not d.repeats
)
select at, known_at, kind, order_id, id, detail from story where at <= business_now()
