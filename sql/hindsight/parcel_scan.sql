-- Who:    newest scans as of the run, those of late orders from what we know now.
-- Grain:  shipment.
-- Params: none
select * from parcel_scan where shipment_id not in (select shipment_id from known_shipments)
union all
(select distinct on (shipment_id)
        shipment_id, occurred_at, status, raw_status, location, region, count(*) over (partition by shipment_id)
 from parcel_event order by shipment_id, occurred_at desc, raw_status, location)
