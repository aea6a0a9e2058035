-- Who:    orders that were cancelled after their customer had heard of them.
-- Grain:  order.   Anchor: order_progress.cancelled_at.
-- Why:    who never got a confirmation hears nothing at all: the confirmation's own check drops it, and "cancelled" out of the
--         blue would only worry. A planned one does not count (it is cancelled with the order), one on its way or of unknown
--         outcome does. Orders from before the first run were confirmed by whoever did it then.
-- Params: as_of, since, until, touched, customer_id
select f.order_id as subject_id, f.customer_id, f.order_id,
       f.cancelled_at as due_at, f.cancelled_at + interval '48 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'confirmed', exists (
             select from message m
             where m.touchpoint = 'order_confirmation' and m.subject_id = f.order_id
               and m.state in ('sealed', 'posting', 'unknown', 'parked', 'accepted'))
           or f.placed_at <= (select min(floor_at) from touchpoint_floor where touchpoint = 'order_confirmation'),
         'not_point_of_sale', f.sales_channel is distinct from 'pos',
         'not_delivered', f.delivered_at is null or f.delivered_at > :as_of) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'placed_at', f.placed_at, 'cancelled_at', f.cancelled_at, 'items', i.items,
         'total', f.money -> 'total', 'currency', f.money ->> 'currency', 'payment_method', f.payment_method,
         'paid_amount', m.paid, 'refunded_amount', m.refunded, 'refunded_at', m.refunded_at, 'refund_method', m.refund_method,
         'unpaid_in_time', m.paid is null and f.payment_due_at is not null and f.payment_due_at <= f.cancelled_at,
         'shipped', f.first_shipped_at is not null and f.first_shipped_at <= :as_of) as context
from order_facts f
cross join lateral (
  select coalesce(jsonb_agg(jsonb_build_object('name', coalesce(l.product_name, p.name, l.product_id), 'quantity', l.quantity) order by l.line_no), '[]') as items
  from order_lines l left join products p using (product_id) where l.order_id = f.order_id
) i
cross join lateral (
  select coalesce((select sum(amount) from payments where order_id = f.order_id and at <= :as_of having sum(amount) > 0),
                  case when f.paid_at <= :as_of then (f.money ->> 'total')::numeric end) as paid,
         (select sum(amount) from refunds where order_id = f.order_id and at <= :as_of having sum(amount) > 0) as refunded,
         (select max(at) from refunds where order_id = f.order_id and at <= :as_of) as refunded_at,
         (select method from refunds where order_id = f.order_id and at <= :as_of order by at desc, refund_id desc limit 1) as refund_method
) m
where ((f.cancelled_at > :since and f.cancelled_at <= :until) or (f.order_id = any(:touched) and f.cancelled_at <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
