-- Who:    orders, guests' too: the first record of each.
-- Grain:  order. Its number is what the customer was told; without one, its id.
-- Why:    5 is 発送済み, however the program calls it (DELIVERED); 9 is 返品. Who is sent something at several addresses is told the first.
--         手数料 and ポイント are items of the order, the second below zero.
-- Params: none
select coalesce(pg_temp.plain_of(o.number), pg_temp.plain_of(o.id)) as order_id, pg_temp.plain_of(o.member_id) as customer_id,
       nullif(concat_ws(' ', o.family_name, o.given_name), '') as buyer_name, pg_temp.plain_of(o.email) as buyer_email,
       pg_temp.phone_of(o.phone) as buyer_phone, 'ja' as locale,
       pg_temp.instant_of(o.placed_at) as placed_at, pg_temp.instant_of(o.paid_at) as paid_at,
       pg_temp.payment_of(o.payment) as payment_method,
       pg_temp.money_of(o.subtotal) as subtotal, pg_temp.money_of(o.shipping_fee) as shipping_fee,
       pg_temp.money_of(o.discount) as discount, i.points::text as points_used, i.fee::text as fee,
       pg_temp.money_of(o.tax) as tax, pg_temp.money_of(o.total) as total, 'JPY' as currency,
       case coalesce(pg_temp.plain_of(o.status_id), o.status)
         when '1' then 'placed' when '新規受付' then 'placed' when '3' then 'cancelled' when '注文取消し' then 'cancelled'
         when '4' then 'processing' when '対応中' then 'processing' when '5' then 'shipped' when '発送済み' then 'shipped'
         when '6' then 'paid' when '入金済み' then 'paid' when '9' then 'returned' when '返品' then 'returned' else o.status end as status,
       pg_temp.day_of(o.requested_on) as requested_on, pg_temp.slot_of(o.slot) as requested_slot, 'online' as sales_channel,
       nullif(concat_ws(' ', o.ship_company, o.ship_family_name, o.ship_given_name), '') as ship_to_name,
       pg_temp.postal_of(o.ship_postal_code) as ship_to_postal_code,
       pg_temp.region_of(coalesce(o.ship_pref_id, o.ship_pref)) as ship_to_region,
       nullif(concat(o.ship_address_1, o.ship_address_2), '') as ship_to_address, o._file, o._line
from (select distinct on (id) * from raw_orders order by id, shipping_id is null, _line) o
left join (
  select id, -sum(pg_temp.amount_of(price) * pg_temp.amount_of(quantity)) filter (where item_kind in ('6', 'ポイント')) as points,
         sum(pg_temp.amount_of(price) * pg_temp.amount_of(quantity)) filter (where item_kind in ('3', '手数料')) as fee
  from raw_orders group by id
) i using (id)
order by o._line
