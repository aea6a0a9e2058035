-- Who:    postal codes of Japan's open orders, their recipients and all locations that were not looked up in this edition.
-- Grain:  postal code as postal_key writes it.
-- Params: as_of, edition
select code
from (
  select postal_key(o.ship_to_postal_code) as code
  from order_progress g
  join orders o using (order_id)
  where g.placed_at > :as_of - interval '120 days' and (g.delivered_at is null or g.delivered_at > :as_of)
  union
  select postal_key(r.postal_code)
  from order_progress g
  join recipients r using (order_id)
  where g.placed_at > :as_of - interval '120 days' and (g.delivered_at is null or g.delivered_at > :as_of)
  union
  select postal_key(postal_code) from locations
) met
where code ~ '^[0-9]{7}$'
  and not exists (select from postal_area a where a.postal_code = code and a.edition = :edition)
