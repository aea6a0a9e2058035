-- Who:    days of arrival that are over and not counted as they are: of parcels that fold to something else than what is stored,
--         before and after, and those that ended since the last fold (:last_day null: the first).
-- Grain:  day in :zone.
-- Why:    nobody learns from a day before it is over (create_lane, create_comparable): until then it is not counted every hour.
-- Params: zone, last_day, today
create temp table changed_day on commit drop as
select d.delivered_on, d.delivered_on::timestamp at time zone :zone as begins_at, (d.delivered_on + 1)::timestamp at time zone :zone as ends_at
from (
  select (f.delivered_at at time zone :zone)::date as delivered_on from folded_parcel f left join parcel p using (shipment_id)
  where (f.carrier, f.origin_region, f.region, f.shipped_at, f.delivered_at)
        is distinct from (p.carrier, p.origin_region, p.region, p.shipped_at, p.delivered_at)
  union
  select (p.delivered_at at time zone :zone)::date from folded_parcel f join parcel p using (shipment_id)
  where (f.carrier, f.origin_region, f.region, f.shipped_at, f.delivered_at)
        is distinct from (p.carrier, p.origin_region, p.region, p.shipped_at, p.delivered_at)
  union
  select generate_series(cast(:last_day as date), cast(:today as date) - 1, interval '1 day')::date
) d
where d.delivered_on < cast(:today as date)
