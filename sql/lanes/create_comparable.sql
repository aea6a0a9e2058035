-- Who:    parcels of the eight weeks before :learned_until that are like those asked for, by time of the day and time since their
--         newest scan.
-- Grain:  key x silence (null: however long) x hour. days, parcels: how many days they still needed, ascending.
-- Why:    only some hours are asked for: this one, this one six, twelve and eighteen hours ago (create_staying), and those at which a
--         warning may end (release_of), six hours early or late.
-- Params: learned_until, as_of
create temp table comparable on commit drop as
with wanted as (
  select distinct extract(hour from (at + shift * interval '6 hours') at time zone zone)::integer / 3 * 3 as hour
  from (select distinct zone from open_order) z
  cross join (select cast(:as_of as timestamptz) as at union select release_of(from_at, until_at, :as_of) from threat) a
  cross join generate_series(-1, 2) shift
), learned as materialized (
  select t.carrier, case when t.stage in ('taken', 'unsent') then t.origin_region else (t.origin_region = t.region)::text end as origin, t.region, t.place, t.word, t.stage, t.silent, t.hour, t.days, sum(t.parcels)::bigint as parcels
  from to_go t
  where t.delivered_on >= cast(:learned_until as date) - 56 and t.delivered_on < :learned_until
    and t.hour in (select hour from wanted)
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9
), level as (
  select concat_ws('|', 'word', carrier, origin, region, place, word, stage) as key, silent, hour, days, parcels from learned
  union all
  select concat_ws('|', 'step', carrier, word, stage), silent, hour, days, parcels from learned where stage in ('near', 'round')
  union all
  select concat_ws('|', 'place', carrier, origin, region, place, stage), silent, hour, days, parcels from learned
  union all
  select concat_ws('|', 'anyone', origin, region, place, stage), silent, hour, days, parcels from learned
)
select key, silent, hour, sum(parcels)::bigint as n, array_agg(days order by days) as days, array_agg(parcels order by days) as parcels
from (select key, silent, hour, days, sum(parcels)::bigint as parcels from level where key in (select key from asked)
      group by grouping sets ((key, silent, hour, days), (key, hour, days))) counted
group by key, silent, hour
