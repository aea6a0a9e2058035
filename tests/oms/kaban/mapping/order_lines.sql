-- Who:    rows of the export, numbered within their order.
-- Params: none
select o.受注番号 as order_id, row_number() over (partition by o.受注番号 order by o._line) as line_no, o.商品 as product_id,
       '1' as quantity, o.金額 as unit_price, o._file, o._line
from raw_orders o
