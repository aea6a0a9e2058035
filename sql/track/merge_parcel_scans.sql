-- Who:    parcels with a newer scan, or more of them.
-- Grain:  shipment. No history: the as-of side folds tracking_events.
-- Params: none
with newest as (
  select distinct on (shipment_id)
         shipment_id, occurred_at, status, raw_status, location, region, count(*) over (partition by shipment_id) as scans
  from parcel_event
  order by shipment_id, occurred_at desc, raw_status, location
)
insert into parcel_scan as s (shipment_id, last_scan_at, last_status, last_word, last_location, last_region, scans)
select n.*
from newest n
left join parcel_scan known using (shipment_id)
where (n.occurred_at, n.status, n.raw_status, n.location, n.region, n.scans)
      is distinct from
      (known.last_scan_at, known.last_status, known.last_word, known.last_location, known.last_region, known.scans)
on conflict (shipment_id) do update set
  (last_scan_at, last_status, last_word, last_location, last_region, scans) =
  (excluded.last_scan_at, excluded.last_status, excluded.last_word, excluded.last_location, excluded.last_region, excluded.scans)
