-- Who:    every ordered line of which something is still wanted, as messages show it.
-- Grain:  order_id x line_no.
-- Params: none
select l.order_id, l.line_no, l.recipient_no, l.product_id,
       jsonb_build_object(
         'product_id', l.product_id, 'name', coalesce(l.product_name, p.name, l.product_id),
         'quantity', l.quantity - coalesce(l.cancelled_quantity, 0), 'unit_price', l.unit_price, 'tax_rate', l.tax_rate,
         'image_url', p.image_url, 'howto_url', p.howto_url, 'warranty_months', p.warranty_months) as item
from order_lines l left join products p using (product_id)
where l.quantity > coalesce(l.cancelled_quantity, 0)
