-- Who:    what threatens the places of under_hazard.
-- Grain:  place (`region/postal code`, either may be empty) x cause x carrier x certainty x whether an end is told: of
--         several hazards the one that ends last speaks, from_at is the earliest of all.
-- Params: none
create temp table threat on commit drop as
select distinct on (region, postal_code, cause, carrier, is_certain, until_at is null)
       coalesce(region, '') || '/' || coalesce(postal_code, '') as place, hazard_id, cause, carrier, is_certain, until_at,
       min(from_at) over (partition by region, postal_code, cause, carrier, is_certain, until_at is null) as from_at
from under_hazard
order by region, postal_code, cause, carrier, is_certain, until_at is null, until_at desc, is_emergency desc, hazard_id
