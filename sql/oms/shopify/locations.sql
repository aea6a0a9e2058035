-- Who:    places goods leave from.
-- Grain:  location. One that ships nothing is a store.
-- Params: none
select split_part(d ->> 'id', '/', 5) as location_id,
       case when (d ->> 'shipsInventory')::boolean then 'warehouse' else 'store' end as kind,
       d #>> '{address,zip}' as postal_code, pg_temp.region_of(d #>> '{address,countryCode}', d #>> '{address,provinceCode}') as region, _file, _line
from (select document::jsonb as d, _file, _line from raw_locations) r
