-- Who:    whom standing parcels are compared with: those of the same carrier, place, word and destination; else, in the destination's
--         region, of the same carrier and word anywhere; before it, of the same place and destination, then of any carrier.
-- Grain:  standing place x rank. key: as of comparable.
-- Params: none
create temp table asked on commit drop as
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
