-- Who:    customers who got their first order two weeks ago and have not ordered since.
-- Grain:  customer.   Anchor: order_progress.delivered_at of the first order (+ 14 days; no later than 30).
-- Why:    an exchange or a replacement is no second order, nor a first one; cancelled orders are none. The coupon is
--         an incentive (brand.toml).
-- Params: as_of, since, until, touched, customer_id
select f.customer_id as subject_id, f.customer_id, f.order_id,
       f.delivered_at + interval '14 days' as due_at, f.delivered_at + interval '30 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'no_second_order', not exists (
           select from order_progress g join orders o using (order_id)
           where g.customer_id = f.customer_id and g.order_id <> f.order_id and o.original_order_id is null and g.placed_at <= :as_of
             and (g.cancelled_at is null or g.cancelled_at > :as_of)),
         'not_subscribed', not exists (
           select from subscriptions s where s.customer_id = f.customer_id and coalesce(s.status, 'active') = 'active')) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'delivered_at', f.delivered_at, 'items', f.items) as context
from order_facts f
where ((f.delivered_at > :since - interval '14 days' and f.delivered_at <= :until - interval '14 days')
       or (f.order_id = any(:touched) and f.delivered_at <= :until - interval '14 days'))
  and f.order_number = 1 and f.original_order_id is null and (f.cancelled_at is null or f.cancelled_at > :as_of)
  and (:customer_id is null or f.customer_id = :customer_id)
