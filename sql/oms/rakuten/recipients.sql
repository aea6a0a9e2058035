-- Who:    addresses of orders that go to several.
-- Grain:  order x address.
-- Params: none
select order_id, recipient_no::text as recipient_no, name, postal_code, region, address, _file, _line
from (
  select pg_temp.plain_of(order_id) as order_id, row_number() over (partition by order_id order by _line) as recipient_no,
         count(*) over (partition by order_id) as addresses, nullif(concat_ws(' ', ship_family_name, ship_given_name), '') as name,
         pg_temp.postal_of(lpad(pg_temp.plain_of(ship_postal_1), 3, '0') || lpad(pg_temp.plain_of(ship_postal_2), 4, '0')) as postal_code,
         pg_temp.region_of(ship_region) as region, nullif(concat(ship_city, ship_street), '') as address, _file, _line
  from (select distinct on (order_id, address_id) * from raw_orders where address_id is not null order by order_id, address_id, _line) a
) numbered
where addresses > 1
order by _line
