-- Who:    products that were ordered, as the last record names them.
-- Grain:  product: its code, else its name.
-- Params: none
select distinct on (product_id) product_id, product_name as name, _file, _line
from (select coalesce(pg_temp.plain_of(product_id), product_name) as product_id, product_name, _file, _line
      from raw_orders where product_name is not null) item
order by product_id, _line desc
