-- Who:    orders not paid a day before they have to be (コンビニ, 振込, 後払い).
-- Grain:  order x day of the deadline.   Anchor: orders.payment_due_at (less a day: the window is moved, the column stays raw).
-- Why:    who ordered within that day reads the deadline in the confirmation.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || '@' || to_char(f.payment_due_at at time zone f.zone, 'YYYY-MM-DD') as subject_id, f.customer_id, f.order_id,
       f.payment_due_at - interval '1 day' as due_at, f.payment_due_at as valid_until, 'plain' as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_paid', (f.paid_at is null or f.paid_at > :as_of) and p.amount < (f.money ->> 'total')::numeric,
         'not_just_ordered', f.placed_at <= f.payment_due_at - interval '1 day') as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'placed_at', f.placed_at, 'items', f.items,
         'total', f.money -> 'total', 'open_amount', (f.money ->> 'total')::numeric - p.amount, 'currency', f.money ->> 'currency',
         'payment_method', f.payment_method, 'payment_number', null, 'payment_due_at', f.payment_due_at,
         'shipped', f.first_shipped_at is not null and f.first_shipped_at <= :as_of) as context
from order_facts f
cross join lateral (
  select coalesce(sum(amount), 0) as amount from payments where order_id = f.order_id and at <= :as_of
) p
where ((f.payment_due_at > :since + interval '1 day' and f.payment_due_at <= :until + interval '1 day')
       or (f.order_id = any(:touched) and f.payment_due_at <= :until + interval '1 day'))
  and (:customer_id is null or f.customer_id = :customer_id)
