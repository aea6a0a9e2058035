-- Who:    line items, numbered as they stand.
-- Grain:  order x line item.
-- Params: none
select ltrim(pg_temp.plain_of(name), '#') as order_id, row_number() over (partition by name order by _line)::text as line_no,
       coalesce(pg_temp.plain_of(sku), product_name) as product_id, product_name, pg_temp.count_of(quantity) as quantity,
       pg_temp.money_of(price) as unit_price, _file, _line
from raw_orders
where product_name is not null
order by _line
