-- Who:    how many of these orders are new to a shop that knows some. What was set aside for a fault comes again every hour: it is not new.
-- Params: ids
select case when exists (select from orders) then count(*) else 0 end
from unnest(cast(:ids as text[])) i (order_id)
where not exists (select from orders o where o.order_id = i.order_id)
  and not exists (select from rejected_fact r where r.table_name = 'orders' and r.content ->> 'order_id' = i.order_id)
