-- Who:    what was ordered; the first order has two broken lines that no total counts.
-- Grain:  (order, line_no).
-- Params: none
with line as (
    select i, 'TD' || lpad(i::text, 8, '0') as order_id, line_no, p.product_id, p.name as product_name, quantity::text as quantity,
           cancelled_quantity, l.price as unit_price, l.tax_rate, recipient_no
    from base_lines as l join base_products as p on p.n = l.product
    union all
    select 1, 'TD00000001', 91, 'SKN-109', 'シートマスク 5枚入', '二', 0, 1100, 0.10, null
    union all
    select 1, 'TD00000001', 92, 'SKN-109', 'シートマスク 5枚入', '0', 0, 1100, 0.10, null
)
select order_id, line_no, product_id, product_name, quantity, cancelled_quantity, unit_price, tax_rate, recipient_no
from line
order by i, line_no
