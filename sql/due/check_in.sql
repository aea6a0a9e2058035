-- Who:    buyers five days after everything arrived: is all well, and whom to ask if not.
-- Grain:  order.   Anchor: order_progress.delivered_at (+ 5 days: the window is moved, the column stays raw).
-- Params: as_of, since, until, touched, customer_id
select f.order_id as subject_id, f.customer_id, f.order_id,
       f.delivered_at + interval '5 days' as due_at, f.delivered_at + interval '15 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_point_of_sale', f.sales_channel is distinct from 'pos',
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_a_replacement', f.original_order_id is null,
         'not_being_exchanged', not exists (
           select from returns r where r.order_id = f.order_id and r.kind = 'exchange' and r.status <> 'rejected' and r.opened_at <= :as_of)) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'delivered_at', f.delivered_at, 'items', f.items, 'traits', f.traits, 'gift', f.gift) as context
from order_facts f
where ((f.delivered_at > :since - interval '5 days' and f.delivered_at <= :until - interval '5 days')
       or (f.order_id = any(:touched) and f.delivered_at <= :until - interval '5 days'))
  and (:customer_id is null or f.customer_id = :customer_id)
