-- Who:    postal codes orders go to in these regions that were not looked up in this edition.
-- Grain:  postal code as postal_key writes it.
-- Why:    the hour looks up those of open orders; a notice may be about orders that arrived long ago.
-- Params: regions, edition
select code
from (
  select postal_key(ship_to_postal_code) as code from orders where ship_to_region is null or ship_to_region = any(:regions)
  union
  select postal_key(postal_code) from recipients where region is null or region = any(:regions)
) met
where code ~ '^[0-9]{7}$' and not exists (select from postal_area a where a.postal_code = code and a.edition = :edition)
