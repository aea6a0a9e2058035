-- Who:    open orders whose customer has heard nothing for three days: silence is the mistake.
-- Grain:  order x day it last heard of.   Anchor: message.planned_at of the order's messages, orders.placed_at where none arrived.
-- Why:    heard = the newest message a provider accepted. What is known of another message of today is a check here (a day told or
--         estimated for today brings its own mail) and a gate (83_other_news) for what other due files say this hour. Who waits for
--         goods (pre-order, back-order, from a store) hears order_waiting in its own rhythm; who asked for a later day, or has to pay first, is not waiting for us.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || '@' || to_char(h.heard_at at time zone f.zone, 'YYYY-MM-DD') as subject_id, f.customer_id, f.order_id,
       h.due_at, h.due_at + interval '24 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'not_point_of_sale', f.sales_channel is distinct from 'pos',
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_delivered', f.delivered_at is null or f.delivered_at > :as_of,
         'not_awaiting_payment', f.payment_due_at is null or f.paid_at <= :as_of or f.first_shipped_at <= :as_of,
         'not_waiting_for_goods', not exists (select from awaited_order a where a.order_id = f.order_id),
         'no_later_day_requested', f.requested_on is null or f.requested_on <= d.today + 3,
         'no_problem', not p.has_problem,
         'nothing_expected_today', coalesce(d.expected_on <> d.today, true) and not p.comes_today) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'items', f.items, 'parcels', p.parcels,
         'some_delivered', p.some_delivered, 'delayed', t.cause is not null,
         'expected_from_on', case when d.expected_on >= d.today and t.until_on is not null then t.from_on end,
         'expected_until_on', case when d.expected_on >= d.today then d.expected_on end,
         'requested_on', f.requested_on, 'requested_slot', f.requested_slot, 'gift', f.gift) as context
from (
  select order_id from message
  where planned_at > :since - interval '6 days' and planned_at <= :until - interval '3 days' and state = 'accepted' and order_id is not null
    and (:customer_id is null or customer_id = :customer_id)
  union
  select order_id from order_progress where placed_at > :since - interval '3 days' and placed_at <= :until - interval '3 days'
    and (:customer_id is null or customer_id = :customer_id)
  union
  select unnest(cast(:touched as text[]))
) o
join order_facts f using (order_id)
left join told t using (order_id)
cross join lateral (
  select max(at) as heard_at, max(at) + interval '3 days' as due_at
  from (select f.placed_at as at union all select state_at from message m where m.order_id = f.order_id and m.state = 'accepted') heard
) h
cross join lateral (
  select (:as_of at time zone f.zone)::date as today, coalesce(t.until_on, f.requested_on, f.promised_on) as expected_on
) d
cross join lateral (
  select coalesce(jsonb_agg(k.parcel || jsonb_build_object('last_seen_at', s.last_scan_at, 'last_seen', s.last_location) order by k.shipped_at, k.shipment_id)
           filter (where k.delivered_at is null and k.shipped_at <= :as_of), '[]') as parcels,
         coalesce(bool_or(k.delivered_at <= :as_of), false) as some_delivered,
         coalesce(bool_or(k.delivered_at is null and (g.problem_at <= :as_of or g.held_at > coalesce(g.out_for_delivery_at, '-infinity') or g.attempt_failed_at > coalesce(g.out_for_delivery_at, '-infinity'))), false) as has_problem,
         coalesce(bool_or(k.delivered_at is null and k.eta_on = d.today), false) as comes_today
  from parcel_facts k join parcel g using (shipment_id) left join parcel_scan s using (shipment_id)
  where k.order_id = f.order_id
) p
where h.due_at <= :until and (h.due_at > :since or h.due_at > :as_of - interval '24 hours')
  and (:customer_id is null or f.customer_id = :customer_id)
