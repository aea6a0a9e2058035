-- Who:    orders whose every wanted quantity arrived at the customer (not back at the sender).
-- Grain:  order.   Anchor: order_progress.delivered_at.
-- Params: as_of, since, until, touched, customer_id
select f.order_id as subject_id, f.customer_id, f.order_id,
       f.delivered_at as due_at, f.delivered_at + interval '24 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'delivered_at', f.delivered_at,
         'left_at', (select e.reason from parcel p join tracking_events e using (carrier, tracking_number)
                     where p.order_id = f.order_id and e.status = 'delivered' and e.occurred_at = p.carrier_delivered_at
                     order by e.occurred_at desc, e.raw_status limit 1),
         'items', f.items, 'traits', f.traits, 'ship_to', f.ship_to, 'gift', f.gift) as context
from order_facts f
where ((f.delivered_at > :since and f.delivered_at <= :until) or (f.order_id = any(:touched) and f.delivered_at <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
