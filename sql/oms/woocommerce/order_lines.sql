-- Who:    what was ordered; refunds take back of it.
-- Grain:  order x line item, by WooCommerce's own number.
-- Params: none
select order_id, line_id as line_no, product_id, name as product_name, quantity::text as quantity,
       nullif(quantity - left_over, 0)::bigint::text as cancelled_quantity, trim_scale(unit_price)::text as unit_price, trim_scale(tax_rate)::text as tax_rate, _file, _line
from newest_line
