-- Who:    items.
-- Grain:  order x LineId.
-- Params: none
select pg_temp.plain_of(order_id) as order_id, pg_temp.plain_of(line_id) as line_no, pg_temp.plain_of(product_id) as product_id, product_name,
       pg_temp.count_of(quantity) as quantity, pg_temp.money_of(price) as unit_price, pg_temp.money_of(tax_rate) as tax_rate, _file, _line
from raw_items
order by _line
