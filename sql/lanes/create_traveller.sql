-- Who:    parcels under way whose carrier has scanned them, and that nobody asked to keep for a day.
-- Grain:  shipment. days_so_far: what they have taken at least.
-- Why:    without scans, silence and travel look alike: nothing is predicted for a source that has none.
-- Params: zone, holidays
create temp table traveller on commit drop as
select p.shipment_id, p.carrier, p.origin_region, p.region, s.shipped_on, ship_day(s.shipped_on, cast(:holidays as date[])) as ship_day,
       o.today - s.shipped_on as days_so_far, o.promised_on
from open_parcel p
join open_order o using (order_id)
cross join lateral (select (p.shipped_at at time zone :zone)::date as shipped_on) s
where o.requested_on is null and p.last_scan_at is not null and o.today >= s.shipped_on
  and p.last_status not in ('held_at_location', 'attempt_failed')
