-- Who:    what a parcel holds.
-- Grain:  parcel x line. Read for exactly the parcels of shipments.sql: a line that is gone goes with its parcel's next reading.
-- Key:    dtb_order_item.id
-- Params: after, limit, since, recent
select s.id as shipment_id, i.id as line_no, i.quantity as quantity, i.id as _key
from dtb_order_item i
join dtb_shipping s on s.id = i.shipping_id
join dtb_order o on o.id = s.order_id
where i.id > :after and i.order_item_type_id = 1 and i.quantity > 0 and o.order_status_id not in (7, 8)
  and (s.shipping_date is not null or s.tracking_number > '' or o.order_status_id in (5, 9))
  and (:since is null or o.update_date > :since or s.update_date > :since or o.order_date > :recent)
order by i.id
limit :limit
