-- Who:    days of arrival of parcels that fold to something else than what is stored: before and after.
-- Grain:  day in :zone.
-- Params: zone
create temp table changed_day on commit drop as
select distinct d.delivered_on, d.delivered_on::timestamp at time zone :zone as begins_at, (d.delivered_on + 1)::timestamp at time zone :zone as ends_at
from folded_parcel f
left join parcel p using (shipment_id)
cross join lateral (values ((f.delivered_at at time zone :zone)::date), ((p.delivered_at at time zone :zone)::date)) d (delivered_on)
where d.delivered_on is not null
  and (f.carrier, f.origin_region, f.region, f.shipped_at, f.delivered_at)
      is distinct from (p.carrier, p.origin_region, p.region, p.shipped_at, p.delivered_at)
