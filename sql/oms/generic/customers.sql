-- Who:    customers with a number of their own, as their newest order has them. The others are guests of their address.
-- Grain:  customer.
-- Params: none
select distinct on (member) member as customer_id, pg_temp.plain_of(email) as email, pg_temp.phone_of(phone) as phone,
       coalesce(nullif(concat_ws(' ', family_name, given_name), ''), buyer_name) as name, family_name, given_name,
       pg_temp.plain_of(language) as locale, pg_temp.postal_of(ship_postal_code) as postal_code, pg_temp.region_of(ship_region) as region,
       'active' as status, _file, _line
from (select *, pg_temp.plain_of(customer_id) as member, pg_temp.instant_of(placed_at) as at from raw_orders) o
where member is not null and placed_at is not null
order by member, at desc, _line
