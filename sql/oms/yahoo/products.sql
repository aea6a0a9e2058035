-- Who:    products that were ordered, as the last item names them.
-- Grain:  product.
-- Params: none
select distinct on (product_id) product_id, product_name as name, _file, _line
from (select pg_temp.plain_of(product_id) as product_id, product_name, _file, _line from raw_items) item
order by product_id, _line desc
