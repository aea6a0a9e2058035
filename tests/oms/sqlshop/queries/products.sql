-- Who:    things on sale.
-- Grain:  thing.
-- Key:    things.code, text
-- Params: after, limit
select t.code as product_id, t.name as name, t.code as _key
from things t
where t.code > :after
order by t.code
limit :limit
