-- Who:    ordered units: one row of the export is one.
-- Grain:  order x unit.
-- Params: none
select order_id, order_item_id as line_no, product_id, '1' as quantity, price as unit_price, _file, _line
from raw_order_items
