-- Who:    ordered items, numbered as they stand. Without a quantity it is one; without a price, none was told.
-- Grain:  order x record.
-- Params: none
select pg_temp.plain_of(order_id) as order_id, row_number() over (partition by order_id order by _line)::text as line_no,
       coalesce(pg_temp.plain_of(product_id), product_name) as product_id, product_name,
       coalesce(pg_temp.count_of(quantity), '1') as quantity, coalesce(pg_temp.money_of(price), '0') as unit_price,
       pg_temp.money_of(tax_rate) as tax_rate, _file, _line
from raw_orders
where order_id is not null and product_name is not null
order by _line
