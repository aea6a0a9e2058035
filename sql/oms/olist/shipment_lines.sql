-- Who:    what a parcel holds: everything its order has.
-- Grain:  parcel x unit.
-- Params: none
select o.order_id || '-1' as shipment_id, i.order_item_id as line_no, '1' as quantity, i._file, i._line
from raw_order_items i
join raw_orders o using (order_id)
where o.order_delivered_carrier_date is not null or o.order_delivered_customer_date is not null
