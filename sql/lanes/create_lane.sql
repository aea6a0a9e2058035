-- Who:    how long parcels took that arrived in the half year before :learned_until, at four levels of likeness: the lane on that
--         day of the week, the lane, lanes between the same parts of the country, lanes of about the same distance.
-- Grain:  level x key x days under way.
-- Why:    days are learned only once they are over, so a forecast is tested on what it has not seen.
-- Params: learned_until
create temp table lane on commit drop as
with learned as (
  select t.carrier, t.origin_region, t.region, t.ship_day, t.days, here.name as origin_area, there.name as area,
         here.is_island or there.is_island as by_sea, abs(here.place - there.place) as distance, sum(t.parcels) as parcels
  from transit t
  left join area here on here.region = t.origin_region
  left join area there on there.region = t.region
  where t.delivered_on >= cast(:learned_until as date) - 182 and t.delivered_on < :learned_until
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9
), level as (
  select 'lane_day' as level, concat_ws('|', carrier, origin_region, region, ship_day) as key, days, parcels from learned
  where '-' not in (origin_region, region)
  union all
  select 'lane', concat_ws('|', carrier, origin_region, region), days, parcels from learned where '-' not in (origin_region, region)
  union all
  select 'areas', concat_ws('|', carrier, origin_area, area), days, parcels from learned where origin_area is not null and area is not null
  union all
  select 'distance', concat_ws('|', carrier, distance, by_sea), days, parcels from learned where distance is not null
)
select level, key, days, sum(parcels) as parcels
from level
group by level, key, days
