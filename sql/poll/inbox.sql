-- Who:    scans webhooks told since the last load; one that names no carrier gets that of the parcel with its number.
-- Grain:  scan.
-- Params: none
select i.inbox_id, i.source, coalesce(i.carrier, s.carrier) as carrier, i.tracking_number, i.raw_status, i.occurred_at, i.location, i.eta_on,
       i.payload
from tracking_inbox i
left join lateral (
  select carrier from shipments where tracking_number = i.tracking_number order by shipped_at desc nulls last, shipment_id limit 1
) s on i.carrier is null
order by i.inbox_id
