-- Who:    buyers, the day after everything arrived.
-- Grain:  order.   Anchor: order_progress.delivered_at (+ 1 day: the window is moved, the column stays raw).
-- Why:    a first order is thanked otherwise than a second, and a regular (from the fifth on) otherwise than both.
-- Params: as_of, since, until, touched, customer_id
select f.order_id as subject_id, f.customer_id, f.order_id,
       f.delivered_at + interval '1 day' as due_at, f.delivered_at + interval '8 days' as valid_until,
       case when f.order_number = 1 then 'first' when f.order_number >= 5 then 'regular' else 'repeat' end as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_a_replacement', f.original_order_id is null) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'delivered_at', f.delivered_at, 'items', f.items, 'traits', f.traits, 'gift', f.gift) as context
from order_facts f
where ((f.delivered_at > :since - interval '1 day' and f.delivered_at <= :until - interval '1 day')
       or (f.order_id = any(:touched) and f.delivered_at <= :until - interval '1 day'))
  and (:customer_id is null or f.customer_id = :customer_id)
