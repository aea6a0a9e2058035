-- Who:    sales.
-- Grain:  sale.
-- Key:    sales.id
-- Params: after, limit, since, recent
select concat('SO-', s.id) as order_id, s.buyer as buyer_name, s.placed_at as placed_at, s.total as total, 'USD' as currency,
       s.wanted_on as requested_on, s.gift as gift, s.written_at as updated_at, s.id as _key
from sales s
where s.id > :after and (:since is null or s.written_at > :since or s.placed_at > :recent)
order by s.id
limit :limit
