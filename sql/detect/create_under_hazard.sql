-- Who:    places of open orders and their parcels that lie under an active hazard, or may do so.
-- Grain:  place x hazard x area of it. from_at and until_at are the hazard's there.
-- Why:    a place is under a hazard for sure where the whole region is, where one of the municipalities of its postal code
--         is (134 codes span two or more: neighbours share their weather), or where its code begins as an advisory says.
--         **Where we cannot know, we neither cry wolf nor give the all-clear**: the hazard covers a part of the region, and
--         the place has no known municipality, or the part none that we know. Such a threat is not certain; it counts
--         where the parcel itself agrees by standing still (hazard.sql), and never for what is not yet sent.
--         High waves and storm surges stop ships, not lorries: they count on islands alone.
-- Params: as_of
create temp table under_hazard on commit drop as
with active as materialized (
  select h.hazard_id, case when h.kind = 'carrier' then 'carrier_notice' else 'hazard' end as cause, h.carrier,
         h.severity = 'emergency' as is_emergency, h.kind in ('high_waves', 'storm_surge') as is_sea, a.region, a.municipality, a.postal_prefix, a.part,
         greatest(h.from_at, a.from_at) as from_at, least(h.until_at, a.until_at) as until_at
  from hazard h
  join hazard_area a using (hazard_id)
  where h.halts and greatest(h.from_at, a.from_at) <= :as_of and coalesce(least(h.until_at, a.until_at) > :as_of, true)
), place as (
  select region, postal_code from open_order
  union select origin_region, origin_postal_code from open_order
  union select region, postal_code from open_parcel
  union select origin_region, origin_postal_code from open_parcel
  union select last_region, last_postal_code from open_parcel
), located as materialized (
  select p.region, p.postal_code, coalesce(p.region, m.region) as lies_in, nullif(m.municipality, '') as municipality,
         p.region = 'JP-47' or i.postal_code is not null as is_island
  from place p
  left join postal_area m using (postal_code)
  left join island i using (postal_code)
)
select l.region, l.postal_code, a.hazard_id, a.cause, a.carrier, a.is_emergency, a.from_at, a.until_at, true as is_certain
from located l
join active a on a.municipality = l.municipality
where not a.is_sea or l.is_island
union all
select l.region, l.postal_code, a.hazard_id, a.cause, a.carrier, a.is_emergency, a.from_at, a.until_at,
       a.municipality = '' and a.part = '' and (a.postal_prefix = '' or l.postal_code is not null)
from located l
join active a on a.region = l.lies_in
where case when a.municipality <> '' then l.municipality is null
           when a.postal_prefix <> '' then l.postal_code is null or starts_with(l.postal_code, a.postal_prefix)
           else true end
  and (not a.is_sea or l.is_island)
