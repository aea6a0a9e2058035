-- Who:    open orders whose customer was told of a delay and now has better news: it is over, it is less bad, or its new date is known.
-- Grain:  order x date last told.   Anchor: delay.lifted_at of the last one to end; delay.changed_at of the newest while some are open, a day
--         after the notice.
-- Why:    an order that arrived gets `delivered`, and nothing here: it would say the same twice. What left the warehouse, went out, was
--         tried or laid out since the notice has told of itself (shipped, out_for_delivery, ...). Never both with delay_notice: what is
--         worse, or a new cause without an earlier day, is not good news by the same comparison read the other way. A day that was amended is
--         order_amended's. It tells: once the delay is over the cause is
--         forgotten, so that a new one is news again; a better day keeps it. The day told is the carrier's, else the forecast's, else
--         the promise, else the one of the notice, as long as it lies ahead.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || '@' || coalesce(to_char(t.until_on, 'YYYY-MM-DD'), 'none') as subject_id, f.customer_id, f.order_id,
       w.due_at, w.due_at + interval '48 hours' as valid_until, case when d.is_over then 'over' else 'better' end as variant,
       json_build_object(
         'notice_was_sent', t.cause is not null,
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_delivered', f.delivered_at is null or f.delivered_at > :as_of,
         'good_news', case when d.is_over then n.until_on > t.until_on is not true
                           when t.until_on is null then d.until_on is not null and d.is_same_cause
                           else d.until_on < t.until_on end,
         'no_problem', not exists (select from problem_parcel b where b.order_id = f.order_id),
         'not_told_otherwise', not exists (
           select from parcel p
           where p.order_id = f.order_id and (p.delivered_at is null or p.delivered_at > :as_of)
             and (p.shipped_at between t.told_at and :as_of or p.out_for_delivery_at between t.told_at and :as_of
                  or p.attempt_failed_at between t.told_at and :as_of or p.held_at between t.told_at and :as_of)),
         'not_amended', (t.content is null or f.content ->> 'day' is not distinct from t.content ->> 'day')
                        and not (coalesce(d.over_at <= t.told_at, false) and exists (
                          select from message m where m.order_id = f.order_id and m.touchpoint = 'order_amended' and m.state = 'accepted'
                                                  and m.state_at >= t.told_at))) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'cause', t.cause, 'old_from_on', t.from_on, 'old_until_on', t.until_on,
         'new_from_on', n.from_on, 'new_until_on', n.until_on, 'on_time', coalesce(n.until_on <= n.promised_on, false),
         'requested_slot', case when n.until_on = f.requested_on then f.requested_slot end,
         'shipped', f.first_shipped_at is not null and f.first_shipped_at <= :as_of, 'items', f.items, 'gift', f.gift,
         'tells', jsonb_build_object('until_on', n.until_on, 'from_on', n.from_on, 'cause', case when not d.is_over then t.cause end)) as context
from (
  select order_id from delay
  where ((lifted_at > :since and lifted_at <= :until) or (changed_at > :since and changed_at <= :until)) and (:customer_id is null or order_id = any(array(select order_id from order_progress where customer_id = :customer_id)))
  union
  select order_id from told where cause is not null and told_at > :since - interval '24 hours' and told_at <= :until
    and (:customer_id is null or order_id = any(array(select order_id from order_progress where customer_id = :customer_id)))
  union
  select unnest(cast(:touched as text[]))
) o
join told t using (order_id)
join order_facts f using (order_id)
cross join lateral (
  select count(*) filter (where u.is_open) = 0 as is_over, max(d.lifted_at) filter (where not u.is_open) as over_at,
         max(d.changed_at) filter (where u.is_open) as changed_at, bool_and(d.cause = t.cause) filter (where u.is_open) as is_same_cause,
         case when bool_and(d.new_until_on is not null) filter (where u.is_open) then max(d.new_until_on) filter (where u.is_open) end as until_on,
         case when bool_and(d.new_until_on is not null) filter (where u.is_open) then max(d.new_from_on) filter (where u.is_open) end as from_on
  from delay d
  cross join lateral (select d.lifted_at is null or d.lifted_at > :as_of as is_open) u
  where d.order_id = f.order_id and d.first_seen_at <= :as_of
  having count(*) > 0
) d
cross join lateral (
  select case when d.is_over then greatest(d.over_at, t.told_at) else greatest(d.changed_at, t.told_at + interval '24 hours') end as due_at
) w
cross join lateral (
  select case when bool_and(p.eta_on is not null) then max(p.eta_on) end as eta_on, max(r.early_on) as early_on, max(r.late_on) as late_on
  from parcel p left join prediction r using (shipment_id)
  where p.order_id = f.order_id and p.shipped_at <= :as_of and (p.delivered_at is null or p.delivered_at > :as_of)
) p
cross join lateral (
  select (:as_of at time zone f.zone)::date as today, coalesce(f.requested_on, f.promised_on) as promised_on,
         f.shipped_all_at is not null and f.shipped_all_at <= :as_of as is_all_sent
) g
cross join lateral (
  select g.promised_on, coalesce(s.until_on, case when t.until_on >= g.today then t.until_on end) as until_on,
         case when s.until_on is not null then s.from_on when t.until_on >= g.today then greatest(t.from_on, g.today) end as from_on
  from (
    select case when not d.is_over then d.from_on
                when g.is_all_sent and p.eta_on >= g.today then p.eta_on
                when g.is_all_sent and p.late_on >= g.today then greatest(p.early_on, g.today)
                when g.promised_on >= g.today then g.promised_on end as from_on,
           case when not d.is_over then d.until_on
                when g.is_all_sent and p.eta_on >= g.today then p.eta_on
                when g.is_all_sent and p.late_on >= g.today then p.late_on
                when g.promised_on >= g.today then g.promised_on end as until_on
  ) s
) n
where w.due_at <= :until and (w.due_at > :since or f.order_id = any(:touched))
  and (:customer_id is null or f.customer_id = :customer_id)
