-- Who:    parcels of the temporary table traveller, each by the most alike level with at least :least parcels that took as long as
--         it did so far.
-- Grain:  shipment. early_on and late_on hold 80 % of those parcels; p_late: share of them after promised_on. None below :least.
-- Params: least
create temp table forecast on commit drop as
with asked as (
  select t.*, k.place, k.level, k.key
  from traveller t
  left join area here on here.region = t.origin_region
  left join area there on there.region = t.region
  cross join lateral (values
    (1, 'lane_day', concat_ws('|', t.carrier, t.origin_region, t.region, t.ship_day)),
    (2, 'lane', concat_ws('|', t.carrier, t.origin_region, t.region)),
    (3, 'areas', concat_ws('|', t.carrier, here.name, there.name)),
    (4, 'distance', concat_ws('|', t.carrier, abs(here.place - there.place), here.is_island or there.is_island))
  ) k (place, level, key)
), compared as (
  select a.shipment_id, a.place, a.level, a.shipped_on, a.promised_on, sum(l.parcels) as n,
         sum(l.parcels) filter (where l.days > a.promised_on - a.shipped_on) as late,
         array_agg(l.days order by l.days) as days, array_agg(l.parcels order by l.days) as parcels
  from asked a join lane l on l.level = a.level and l.key = a.key and l.days >= a.days_so_far
  group by 1, 2, 3, 4, 5
  having sum(l.parcels) >= :least
), best as (
  select distinct on (shipment_id) * from compared order by shipment_id, place
)
select b.shipment_id, b.level, b.n, case when b.promised_on is not null then coalesce(b.late, 0) / b.n::float8 end as p_late,
       b.shipped_on + min(r.days) filter (where r.reached >= 0.1 * b.n) as early_on,
       b.shipped_on + min(r.days) filter (where r.reached >= 0.9 * b.n) as late_on
from best b
cross join lateral (
  select u.days, sum(u.parcels) over (order by u.days) as reached
  from unnest(b.days, b.parcels) u (days, parcels)
) r
group by b.shipment_id, b.level, b.n, b.promised_on, b.late, b.shipped_on
