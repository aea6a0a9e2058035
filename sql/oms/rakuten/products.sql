-- Who:    products that were ordered, as the newest order names them.
-- Grain:  product.
-- Params: none
select distinct on (product_id) product_id, product_name as name, _file, _line
from (select coalesce(pg_temp.plain_of(product_id), product_name) as product_id, product_name, placed_at, _file, _line from raw_orders) line
order by product_id, placed_at desc, _line
