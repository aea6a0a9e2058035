-- Who:    how many days parcels needed that stood where others stand now: by the most alike of comparable with at least :least.
-- Grain:  standing place x silence (null: however long) x hour. days, parcels: the distribution, ascending. None below :least.
-- Params: least
create temp table outlook on commit drop as
select distinct on (a.carrier, a.origin_region, a.region, a.place, a.word, a.stage, k.silent, k.hour)
       a.carrier, a.origin_region, a.region, a.place, a.word, a.stage, k.silent, k.hour, a.level, k.n, k.days, k.parcels
from asked a
join comparable k using (key)
where k.n >= :least
order by a.carrier, a.origin_region, a.region, a.place, a.word, a.stage, k.silent, k.hour, a.rank
