-- Who:    orders without an account; each address becomes a customer `guest:<key>` with the newest order's data.
-- Grain:  customer.   An order read again never overwrites what a newer one said (updated_at is its placed_at).
-- Effect: rows of stage_customers.
-- Params: none
insert into stage_customers (customer_id, email, phone, name, locale, postal_code, region, status, updated_at, address_key, phone_key, _file, _line)
select distinct on (o.customer_id)
       o.customer_id, o.buyer_email, o.buyer_phone, o.buyer_name, o.locale,
       case when o.gift then null else o.ship_to_postal_code end, case when o.gift then null else o.ship_to_region end,
       'active', o.placed_at, case when o.buyer_email is not null then substr(o.customer_id, length('guest:') + 1) end,
       o.buyer_phone_key, o._file, o._line
from stage_orders o
left join customers c on c.customer_id = o.customer_id
where o.customer_id like 'guest:%' and (c.updated_at is null or c.updated_at <= o.placed_at)
order by o.customer_id, o.placed_at desc, o.order_id desc
