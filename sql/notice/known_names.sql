-- Who:    what a notice may name: warehouses, carriers that took parcels of ours, products, hazards that keep parcels from moving now.
-- Grain:  field of the request x name.
-- Params: as_of
select 'warehouses' as field, location_id as name from locations
union all
select 'carriers', carrier from (select distinct carrier from parcel) c
union all
select 'products', product_id from products
union all
select 'hazard_id', hazard_id from hazard where halts and from_at <= :as_of and (until_at is null or until_at > :as_of)
order by field, name
