-- Who:    who may order again.
-- Grain:  customer who ordered, with how often, how many days before :now last, and that order.
-- Params: now
select distinct on (p.customer_id) p.customer_id, p.ordinal as orders, p.order_id,
       extract(epoch from :now - p.placed_at)::float8 / 86400 as days
from past_order p
join customers c using (customer_id)
where coalesce(c.status, 'active') = 'active'
order by p.customer_id, p.ordinal desc
