-- Who:    registered customers; guests come with their orders.
-- Grain:  customer.
-- Params: none
select distinct on (customer_id) d ->> 'id' as customer_id, nullif(d ->> 'email', '') as email, nullif(d #>> '{billing,phone}', '') as phone,
       coalesce(pg_temp.name_of(d -> 'billing' || jsonb_strip_nulls(jsonb_build_object('first_name', nullif(d ->> 'first_name', ''),
                                                                                       'last_name', nullif(d ->> 'last_name', '')))), nullif(d ->> 'username', '')) as name,
       nullif(d ->> 'last_name', '') as family_name, nullif(d ->> 'first_name', '') as given_name, nullif(d #>> '{billing,company}', '') as company,
       pg_temp.instant_of(d ->> 'date_created_gmt') as registered_at, nullif(d #>> '{billing,postcode}', '') as postal_code,
       pg_temp.region_of(d #>> '{billing,country}', d #>> '{billing,state}') as region, 'active' as status,
       pg_temp.instant_of(d ->> 'date_modified_gmt') as updated_at, _file, _line
from (select document::jsonb as d, _file, _line from raw_customers) r
order by customer_id, d ->> 'date_modified_gmt' desc nulls last, _file, _line
