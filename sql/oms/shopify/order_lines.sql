-- Who:    what was ordered; an edit or a refund leaves less of it.
-- Grain:  order x line item, by Shopify's own number: it stays when lines are added.
-- Params: none
select order_id, line_id as line_no, product_id, name as product_name, quantity::text as quantity,
       nullif(quantity - left_over, 0)::text as cancelled_quantity, trim_scale(unit_price)::text as unit_price, trim_scale(tax_rate)::text as tax_rate, _file, _line
from newest_line
