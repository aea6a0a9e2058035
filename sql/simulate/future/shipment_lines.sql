-- Who:    what is in each parcel; all of an order that nothing left of.
-- Grain:  (shipment, line_no), known when it leaves.
-- Params: none
create temp table future_shipment_lines on commit drop as
select f.known_at, f.shipment_id, l.line_no, l.quantity
from parcel_to_come p
join future_shipments f on f.shipment_id = p.shipment_id
join shipment_lines l on l.shipment_id = p.donor_id
where p.kind <> 'unsent'
union all
select f.known_at, f.shipment_id, l.line_no, l.quantity - coalesce(l.cancelled_quantity, 0)
from parcel_to_come p
join future_shipments f on f.shipment_id = p.shipment_id
join order_lines l on l.order_id = p.order_id
where p.kind = 'unsent' and l.quantity > coalesce(l.cancelled_quantity, 0) and exists (select from shipment_lines)
