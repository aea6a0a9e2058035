-- Who:    what was sold: one thing a sale.
-- Grain:  sale.
-- Key:    sales.id
-- Params: after, limit, since, recent
select concat('SO-', s.id) as order_id, 1 as line_no, s.thing as product_id, 1 as quantity, s.price as unit_price, s.id as _key
from sales s
where s.id > :after and (:since is null or s.written_at > :since or s.placed_at > :recent)
order by s.id
limit :limit
