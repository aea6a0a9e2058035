-- Who:    open orders that are, or will be, later than their customer was last told, where it got worse.
-- Grain:  order x told date → new date.   Anchor: delay.changed_at, a day after the last notice, an hour after the order.
-- Why:    "worse": later than told by a day, a new cause, or from a date to none, and 24 h since the last notice;
--         a new cause with an earlier day is no bad news.
--         One cause speaks for the order, the one that explains most to a person; the newest one says when. Who orders into a storm reads of it in
--         the confirmation, so the first hour is left to that.
--         While a parcel is lost, damaged or on its way back parcel_problem speaks for its order: with a person, not with a day.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || '@' || coalesce(to_char(w.told_on, 'YYYY-MM-DD'), 'none') || '→' || coalesce(to_char(d.new_until_on, 'YYYY-MM-DD'), 'none') as subject_id,
       f.customer_id, f.order_id, w.due_at, w.due_at + interval '48 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_delivered', f.delivered_at is null or f.delivered_at > :as_of,
         'no_problem', not exists (select from problem_parcel b where b.order_id = f.order_id),
         'still_late', d.lifted_at is null or d.lifted_at > :as_of,
         'worse', d.new_until_on > w.told_on or (w.told_on is not null and d.new_until_on is null)
                  or (d.cause is distinct from t.cause and d.new_until_on < w.told_on is not true)) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'cause', d.cause,
         'hazard', case when d.cause = 'hazard' then d.evidence ->> 'kind' end,
         'reason', case when d.cause = 'shop_notice' then d.evidence ->> 'reason' end,
         'notice', (select jsonb_build_object('plan_id', n.plan_id, 'words', n.words) from notice n
                    where d.cause = 'shop_notice' and n.plan_id = d.evidence ->> 'plan_id'), 'region', d.region, 'old_on', w.told_on,
         'new_from_on', d.new_from_on, 'new_until_on', d.new_until_on, 'requested_on', f.requested_on,
         'shipped', f.first_shipped_at is not null and f.first_shipped_at <= :as_of, 'items', f.items,
         'previous', case when t.cause is not null
                     then jsonb_build_object('cause', t.cause, 'from_on', t.from_on, 'until_on', t.until_on) end,
         'tells', jsonb_build_object('until_on', d.new_until_on, 'from_on', d.new_from_on, 'cause', d.cause)) as context
from (
  select distinct on (order_id) *, max(changed_at) filter (where lifted_at is null or lifted_at > :as_of) over (partition by order_id) as worsened_at
  from delay
  where order_id in (
          select order_id from delay where changed_at > :since - interval '1 hour' and changed_at <= :until and (:customer_id is null or order_id = any(array(select order_id from order_progress where customer_id = :customer_id)))
          union all
          select order_id from told where cause is not null and told_at > :since - interval '24 hours' and told_at <= :until - interval '24 hours' and (:customer_id is null or order_id = any(array(select order_id from order_progress where customer_id = :customer_id)))
          union all
          select unnest(cast(:touched as text[])))
    and first_seen_at <= :until
  order by order_id, (lifted_at is null or lifted_at > :as_of) desc,
           array_position(array['shop_notice', 'hazard', 'carrier_notice', 'stalled', 'not_handed_over', 'predicted_late', 'promise_missed'], cause)
) d
join order_facts f using (order_id)
left join told t using (order_id)
cross join lateral (
  select case when t.order_id is null then coalesce(f.requested_on, f.promised_on) else t.until_on end as told_on,
         greatest(d.worsened_at, d.changed_at, f.placed_at + interval '1 hour', case when t.cause is not null then t.told_at + interval '24 hours' end) as due_at
) w
where w.due_at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
