-- Who:    how many days parcels needed that stood where others stand now, by time of the day and time since their newest scan, of
--         the eight weeks before :learned_until: those of the same carrier, place, word and destination; else, in the destination's
--         region, of the same carrier and word anywhere; before it, of the same place and destination, then of any carrier.
-- Grain:  standing place x silence (null: however long) x hour. days, parcels: the distribution, ascending. None below :least.
--         share: how many of those that stood there before the day's work (at six) stand so still.
-- Why:    only this hour is asked for, and the hours at which a warning ends (release_of).
-- Params: least, learned_until, as_of
create temp table outlook on commit drop as
with wanted as (
  select distinct extract(hour from at at time zone zone)::integer / 3 * 3 as hour
  from (select distinct zone from open_order) z
  cross join (select cast(:as_of as timestamptz) as at union select release_of(from_at, until_at, :as_of) from threat) a
  union
  select 6
), learned as materialized (
  select t.carrier, case when t.stage in ('taken', 'unsent') then t.origin_region else (t.origin_region = t.region)::text end as origin, t.region, t.place, t.word, t.stage, t.silent, t.hour, t.days, sum(t.parcels)::bigint as parcels
  from to_go t
  where t.delivered_on >= cast(:learned_until as date) - 56 and t.delivered_on < :learned_until
    and t.hour in (select hour from wanted)
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9
), asked as (
  select s.*, k.rank, k.level, concat_ws('|', k.level, k.key) as key
  from (select distinct carrier, origin_region, region, place, word, stage from standing) s
  cross join lateral (select case when s.stage in ('taken', 'unsent') then s.origin_region else (s.origin_region = s.region)::text end as origin,
                             s.word = '-' or s.stage in ('taken', 'way') as is_anywhere) o
  cross join lateral (values
    (1, 'word', concat_ws('|', s.carrier, o.origin, s.region, s.place, s.word, s.stage)),
    (2, 'step', concat_ws('|', s.carrier, s.word, s.stage)),
    (3, 'place', case when o.is_anywhere then concat_ws('|', s.carrier, o.origin, s.region, s.place, s.stage) end),
    (4, 'anyone', case when o.is_anywhere then concat_ws('|', o.origin, s.region, s.place, s.stage) end)
  ) k (rank, level, key)
  where '-' not in (s.region, s.place)
), level as (
  select concat_ws('|', 'word', carrier, origin, region, place, word, stage) as key, silent, hour, days, parcels from learned
  union all
  select concat_ws('|', 'step', carrier, word, stage), silent, hour, days, parcels from learned where stage in ('near', 'round')
  union all
  select concat_ws('|', 'place', carrier, origin, region, place, stage), silent, hour, days, parcels from learned
  union all
  select concat_ws('|', 'anyone', origin, region, place, stage), silent, hour, days, parcels from learned
), known as (
  select key, silent, hour, sum(parcels)::bigint as n,
         least(1, sum(parcels) / max(sum(parcels)) filter (where silent is null and hour = 6) over (partition by key))::float8 as share, array_agg(days order by days) as days, array_agg(parcels order by days) as parcels
  from (select key, silent, hour, days, sum(parcels)::bigint as parcels from level where key in (select key from asked)
        group by grouping sets ((key, silent, hour, days), (key, hour, days))) counted
  group by key, silent, hour having sum(parcels) >= :least
)
select distinct on (a.carrier, a.origin_region, a.region, a.place, a.word, a.stage, k.silent, k.hour)
       a.carrier, a.origin_region, a.region, a.place, a.word, a.stage, k.silent, k.hour, a.level, k.n, k.share, k.days, k.parcels
from asked a join known k using (key)
order by a.carrier, a.origin_region, a.region, a.place, a.word, a.stage, k.silent, k.hour, a.rank
