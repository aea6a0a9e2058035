-- Who:    products that were ordered, as the newest line names them.
-- Grain:  product: its SKU, else its name.
-- Params: none
select distinct on (product_id) product_id, product_name as name, _file, _line
from (select coalesce(pg_temp.plain_of(sku), product_name) as product_id, product_name, _file, _line
      from raw_orders where product_name is not null) line
order by product_id, _line
