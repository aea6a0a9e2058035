-- Who:    orders; their customers are guests of the address 楽天 gives each shop.
-- Grain:  order, with its first address.
-- Why:    600 and 700 are steps of the payment after 発送済: the parcel left.
-- Params: none
select pg_temp.plain_of(order_id) as order_id, 'rakuten' as source, nullif(concat_ws(' ', family_name, given_name), '') as buyer_name,
       pg_temp.plain_of(email) as buyer_email, pg_temp.phone_of(concat(phone_1, phone_2, phone_3)) as buyer_phone, 'ja' as locale,
       pg_temp.instant_of(placed_at) as placed_at, pg_temp.payment_of(payment) as payment_method,
       pg_temp.money_of(subtotal) as subtotal, pg_temp.money_of(shipping_fee) as shipping_fee, pg_temp.money_of(discount) as discount,
       pg_temp.money_of(points_used) as points_used,
       (coalesce(pg_temp.amount_of(cod_fee), 0) + coalesce(pg_temp.amount_of(payment_fee), 0))::text as fee,
       pg_temp.money_of(tax) as tax, pg_temp.money_of(total) as total, 'JPY' as currency,
       case when code in ('100', '注文確認待ち') then 'placed' when code in ('200', '楽天処理中') then 'processing'
            when code in ('300', '発送待ち') then 'ready_to_ship' when code in ('400', '変更確定待ち') then 'on_hold'
            when code in ('500', '600', '700', '発送済', '支払手続き中', '支払手続き済') then 'shipped'
            when code in ('800', 'キャンセル確定待ち') then 'cancel_requested' when code in ('900', 'キャンセル確定') then 'cancelled'
            else code end as status,
       pg_temp.day_of(requested_on) as requested_on,
       case pg_temp.plain_of(slot) when '1' then '午前中' when '2' then '午後' when '9' then null else pg_temp.slot_of(slot) end as requested_slot,
       '楽天市場' as sales_channel, nullif(concat_ws(' ', ship_family_name, ship_given_name), '') as ship_to_name,
       pg_temp.postal_of(lpad(pg_temp.plain_of(ship_postal_1), 3, '0') || lpad(pg_temp.plain_of(ship_postal_2), 4, '0')) as ship_to_postal_code,
       pg_temp.region_of(ship_region) as ship_to_region, nullif(concat(ship_city, ship_street), '') as ship_to_address, _file, _line
from (select distinct on (order_id) *, pg_temp.plain_of(status) as code from raw_orders order by order_id, _line) o
order by _line
