-- Effect: days of arrival that changed are counted again, as a whole.
-- Why:    a parcel kept for a requested day took as long as its customer chose; one scanned as delivered before it was handed
--         over, or after two months, is a mistake of somebody's: neither says how fast the lane is.
-- Params: zone, holidays
with counted as (
  select p.carrier, coalesce(p.origin_region, '-') as origin_region, coalesce(p.region, '-') as region,
         ship_day(s.shipped_on, cast(:holidays as date[])) as ship_day, c.delivered_on - s.shipped_on as days, c.delivered_on, count(*) as parcels
  from changed_day c
  join parcel p on p.delivered_at >= c.begins_at and p.delivered_at < c.ends_at
  join orders o using (order_id)
  cross join lateral (select (p.shipped_at at time zone :zone)::date as shipped_on) s
  where o.requested_on is null and c.delivered_on - s.shipped_on between 0 and 60
  group by 1, 2, 3, 4, 5, 6
), gone as (
  delete from transit t
  where t.delivered_on in (select delivered_on from changed_day)
    and not exists (select from counted c
                    where (c.delivered_on, c.carrier, c.origin_region, c.region, c.ship_day, c.days)
                        = (t.delivered_on, t.carrier, t.origin_region, t.region, t.ship_day, t.days))
)
insert into transit (carrier, origin_region, region, ship_day, days, delivered_on, parcels)
select carrier, origin_region, region, ship_day, days, delivered_on, parcels from counted
on conflict (delivered_on, carrier, origin_region, region, ship_day, days) do update set parcels = excluded.parcels
where transit.parcels <> excluded.parcels
