-- Who:    products that are on sale.
-- Grain:  product.
-- Params: none
select distinct on (product_id) d ->> 'id' as product_id, pg_temp.name_of(d ->> 'name') as name, pg_temp.name_of(d #>> '{categories,0,name}') as category,
       nullif(d ->> 'price', '') as price, case when d ->> 'stock_status' = 'outofstock' or d ->> 'status' <> 'publish' then 'false' else 'true' end as in_stock,
       d ->> 'permalink' as url, d #>> '{images,0,src}' as image_url, _file, _line
from (select document::jsonb as d, _file, _line from raw_products) r
order by product_id, d ->> 'date_modified_gmt' desc, _file, _line
