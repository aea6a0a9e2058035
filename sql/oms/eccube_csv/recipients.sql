-- Who:    addresses of orders that go to several.
-- Grain:  order x address.
-- Params: none
select order_id, recipient_no::text as recipient_no, name, postal_code, region, address, _file, _line
from (
  select coalesce(pg_temp.plain_of(number), pg_temp.plain_of(id)) as order_id,
         row_number() over (partition by id order by _line) as recipient_no, count(*) over (partition by id) as shippings,
         nullif(concat_ws(' ', ship_company, ship_family_name, ship_given_name), '') as name,
         pg_temp.postal_of(ship_postal_code) as postal_code, pg_temp.region_of(coalesce(ship_pref_id, ship_pref)) as region,
         nullif(concat(ship_address_1, ship_address_2), '') as address, _file, _line
  from (select distinct on (id, shipping_id) * from raw_orders where shipping_id is not null order by id, shipping_id, _line) s
) numbered
where shippings > 1
order by _line
