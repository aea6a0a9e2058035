-- Who:    newest scans of the parcels of late orders.
-- Grain:  shipment.
-- Params: none
select distinct on (shipment_id)
       shipment_id, occurred_at as last_scan_at, status as last_status, raw_status as last_word, location as last_location,
       region as last_region, count(*) over (partition by shipment_id) as scans
from parcel_event order by shipment_id, occurred_at desc, raw_status, location
