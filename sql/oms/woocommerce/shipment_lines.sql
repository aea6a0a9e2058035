-- Who:    what a parcel holds, where an order has one and was shipped whole: the plugin does not say which of several holds what.
-- Grain:  parcel x line item.
-- Params: none
select p.order_id || '-' || p.place as shipment_id, l.line_id as line_no, l.left_over::text as quantity, p._file, p._line
from newest_parcel p
join newest_order o using (order_id)
join newest_line l using (order_id)
where p.parcels < 2 and o.means in ('shipped', 'returned') and l.left_over > 0
