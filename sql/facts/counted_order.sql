-- Who:    orders that count (table customer_fact) and have arrived, as of business time.
-- Grain:  order_id.
-- Params: none
select g.order_id, g.customer_id, g.delivered_at
from order_progress g join orders o using (order_id)
where o.original_order_id is null and g.delivered_at <= business_now()
  and coalesce(g.cancelled_at > business_now(), true) and coalesce(g.returned_at > business_now(), true)
  and o.total > coalesce((select sum(r.amount) from refunds r where r.order_id = g.order_id and r.at <= business_now()), 0)
