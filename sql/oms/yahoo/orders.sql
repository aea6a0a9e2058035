-- Who:    orders; their customers are guests of their address.
-- Grain:  order.
-- Why:    OrderStatus 4 is キャンセル; 5 (完了) is also what was never sent, so what left says ShipStatus: 3 出荷済み, 4 着荷済み.
--         PayDate is a day, and nobody paid before the order.
-- Params: none
select pg_temp.plain_of(order_id) as order_id, 'yahoo' as source, coalesce(nullif(concat_ws(' ', family_name, given_name), ''), name) as buyer_name,
       pg_temp.plain_of(email) as buyer_email, pg_temp.phone_of(phone) as buyer_phone, 'ja' as locale,
       pg_temp.instant_of(placed_at) as placed_at, case when paid_at is not null then greatest(pg_temp.instant_of(paid_at), pg_temp.instant_of(placed_at)) end as paid_at, pg_temp.payment_of(payment) as payment_method,
       pg_temp.money_of(shipping_fee) as shipping_fee,
       (coalesce(abs(pg_temp.amount_of(discount)), 0) + coalesce(abs(pg_temp.amount_of(coupon)), 0))::text as discount,
       pg_temp.money_of(points_used) as points_used, pg_temp.money_of(fee) as fee, pg_temp.money_of(total) as total, 'JPY' as currency,
       case when code in ('4', 'キャンセル') then 'cancelled' when pg_temp.plain_of(ship_status) in ('3', '4', '出荷済み', '着荷済み') then 'shipped'
            when code in ('1', '予約中') then 'reserved' when code in ('2', '処理中') then 'processing' when code in ('3', '保留') then 'on_hold'
            when code in ('5', '完了') then 'closed' else code end as status,
       pg_temp.day_of(requested_on) as requested_on, pg_temp.slot_of(slot) as requested_slot, 'Yahoo!ショッピング' as sales_channel,
       coalesce(nullif(concat_ws(' ', ship_family_name, ship_given_name), ''), ship_name) as ship_to_name,
       pg_temp.postal_of(ship_postal_code) as ship_to_postal_code, pg_temp.region_of(ship_region) as ship_to_region,
       nullif(concat_ws(' ', nullif(concat(ship_city, ship_address_1), ''), ship_address_2), '') as ship_to_address, _file, _line
from (select distinct on (order_id) *, pg_temp.plain_of(status) as code from raw_orders order by order_id, _line) o
order by _line
