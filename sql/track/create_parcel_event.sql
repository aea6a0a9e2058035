-- Who:    scans of the parcels being folded.
-- Grain:  shipment x scan, none later than business time.
-- Why:    a number comes round again: a scan belongs to the parcel shipped nearest to it, 14 days early to 120 late.
-- Params: none
create temp table parcel_event on commit drop as
with number as (
  select distinct s.carrier, s.tracking_number
  from order_to_fold
  join shipments s using (order_id)
), shipment as (
  select s.shipment_id, s.order_id, s.carrier, s.tracking_number, coalesce(s.shipped_at, o.placed_at) as near_at,
         count(*) over (partition by s.carrier, s.tracking_number) > 1 as has_rivals
  from number
  join shipments s using (carrier, tracking_number)
  join orders o using (order_id)
)
select s.shipment_id, e.occurred_at, e.recorded_at, e.status, e.reason, e.raw_status, e.location, e.region, e.eta_on
from order_to_fold
join shipment s using (order_id)
join tracking_events e using (carrier, tracking_number)
where e.occurred_at <= business_now()
  and e.occurred_at between s.near_at - interval '14 days' and s.near_at + interval '120 days'
  and (not s.has_rivals or not exists (
    select from shipment rival
    where rival.carrier = s.carrier and rival.tracking_number = s.tracking_number
      and abs(extract(epoch from e.occurred_at - rival.near_at)) < abs(extract(epoch from e.occurred_at - s.near_at))))
