-- Who:    what is ordered: the basket of the past order.
-- Grain:  (order, line_no), known with the order.
-- Params: none
create temp table future_order_lines on commit drop as
select s.placed_at as known_at, s.order_id, l.line_no, l.product_id, l.product_name, l.quantity, l.cancelled_quantity, l.unit_price, l.tax_rate, l.recipient_no
from story s
join order_lines l on l.order_id = s.donor_id
where s.kind in ('new', 'again')
