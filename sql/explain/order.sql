-- Who:    one order, the instants its messages hang on.
-- Grain:  order, none where nobody loaded it.
-- Params: order_id
select o.order_id, o.customer_id, o.placed_at, o.paid_at, g.promised_on, g.first_shipped_at, g.shipped_all_at, g.delivered_at, g.returned_at,
       g.cancelled_at, g.order_number, t.until_on as told_until_on, t.cause as told_cause, t.told_at
from orders o
left join order_progress g using (order_id)
left join told t using (order_id)
where o.order_id = :order_id
