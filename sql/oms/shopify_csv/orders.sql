-- Who:    orders: the record of each that says when it was placed. Nobody has an account here, so all are guests of their address.
-- Grain:  order. Its number is what the customer was told, without #.
-- Why:    a total is what was ordered; what was refunded has no time in this export, so it is not told.
-- Params: none
select ltrim(pg_temp.plain_of(name), '#') as order_id, coalesce(billing_name, ship_name) as buyer_name, pg_temp.plain_of(email) as buyer_email,
       case when country is null or country = 'JP' then pg_temp.phone_of(written_phone) else pg_temp.plain_of(written_phone) end as buyer_phone,
       case when country = 'JP' then 'ja' when country is not null then 'en' end as locale,
       pg_temp.instant_of(placed_at) as placed_at, pg_temp.instant_of(paid_at) as paid_at, pg_temp.payment_of(payment) as payment_method,
       pg_temp.instant_of(next_payment_due_at) as payment_due_at,
       pg_temp.money_of(subtotal) as subtotal, pg_temp.money_of(shipping_fee) as shipping_fee, pg_temp.money_of(discount) as discount,
       pg_temp.money_of(tax) as tax, pg_temp.money_of(total) as total, pg_temp.plain_of(currency) as currency,
       case when cancelled_at is not null then 'cancelled' when fulfillment_status = 'fulfilled' then 'fulfilled' else financial_status end as status,
       'online' as sales_channel, ship_name as ship_to_name,
       case when ship_country = 'JP' then pg_temp.postal_of(ship_zip) else pg_temp.plain_of(ship_zip) end as ship_to_postal_code,
       case when ship_country = 'JP' then pg_temp.region_of(ship_province) else ship_country || '-' || pg_temp.plain_of(ship_province) end as ship_to_region,
       case when ship_country = 'JP' then nullif(concat(ship_city, replace(ship_street, ', ', ' ')), '')
            else nullif(concat_ws(', ', ship_street, ship_city), '') end as ship_to_address,
       pg_temp.instant_of(cancelled_at) as cancelled_at, _file, _line
from (select distinct on (name) *, coalesce(billing_country, ship_country) as country, coalesce(phone, billing_phone, ship_phone) as written_phone
      from raw_orders where placed_at is not null order by name, _line) o
order by _line
