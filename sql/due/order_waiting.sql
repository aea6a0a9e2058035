-- Who:    orders that wait for goods (awaited_order): three business days after they were placed, then every week.
-- Grain:  order x week since the first.   Anchor: the hour orders are closed (shop_day.cutoff_at) of the third business day after the
--         order's own, and of the first one after each week; three days after the customer last heard of the order, if that is later.
-- Why:    one of three speaks. Who waits for goods hears this and neither on_the_way nor not_handed_over; a broken promise is
--         delay_notice's, and counts as heard: this is quiet for three days then (and in the same hour: gate 83_other_news).
--         A snapshot knows the parcels and cancellations of tomorrow, hence the other two branches.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || '@' || w.week as subject_id, f.customer_id, f.order_id,
       d.due_at, d.due_at + interval '72 hours' as valid_until, a.reason as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_awaiting_payment', f.payment_due_at is null or f.paid_at <= :as_of,
         'no_later_day_requested', f.requested_on is null or f.requested_on <= t.today + 3) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'placed_at', f.placed_at, 'reason', a.reason, 'items', f.items,
         'awaited', a.items, 'available_on', a.available_on, 'delayed', t.is_late,
         'expected_from_on', case when t.expected_on >= t.today then t.from_on end,
         'expected_until_on', case when t.expected_on >= t.today then t.expected_on end,
         'paid', f.paid_at is not null and f.paid_at <= :as_of, 'gift', f.gift) as context
from (
  select order_id from order_progress
  where :since < :until and first_shipped_at is null and cancelled_at is null and placed_at > :as_of - interval '400 days' and placed_at <= :until
    and (:customer_id is null or customer_id = :customer_id)
  union
  select order_id from order_progress where cancelled_at > :since and (:customer_id is null or customer_id = :customer_id)
  union
  select order_id from parcel where :since < :until and shipped_at > :as_of and (:customer_id is null or order_id = any(array(select order_id from order_progress where customer_id = :customer_id)))
  union
  select unnest(cast(:touched as text[]))
) o
join awaited_order a using (order_id)
join order_facts f using (order_id)
cross join lateral (
  select l.cutoff_at as first_at
  from (select nth from shop_day where is_open and cutoff_at >= f.placed_at order by cutoff_at limit 1) own
  join shop_day l on l.is_open and l.nth = own.nth + 3
) b
cross join lateral (
  select n.week, c.cutoff_at as at
  from generate_series(0, greatest(0, extract(epoch from :as_of - b.first_at)::bigint / 604800)) n (week)
  cross join lateral (select min(cutoff_at) as cutoff_at from shop_day where is_open and cutoff_at >= b.first_at + n.week * interval '7 days') c
  where n.week = 0 or c.cutoff_at <= :as_of
  order by n.week desc limit 1
) w
cross join lateral (
  select greatest(w.at, max(m.state_at) + interval '3 days') as due_at
  from message m where m.order_id = f.order_id and m.state = 'accepted' and m.touchpoint <> 'order_confirmation'
) d
left join told on told.order_id = f.order_id
cross join lateral (
  select (:as_of at time zone f.zone)::date as today, told.cause is not null as is_late, told.from_on,
         case when told.order_id is null then coalesce(f.requested_on, f.promised_on) else told.until_on end as expected_on
) t
where d.due_at <= :until and (d.due_at > :since or d.due_at > :as_of - interval '72 hours')
  and (:customer_id is null or f.customer_id = :customer_id)
