-- Who:    orders: the first record of each that says when it was placed.
-- Grain:  order.
-- Why:    without a total it is what its items, 送料 and 手数料 come to, less what was taken off; without a currency, yen.
--         A day without a time is its first moment; nobody paid before the order.
-- Params: none
select pg_temp.plain_of(o.order_id) as order_id, pg_temp.plain_of(o.customer_id) as customer_id,
       coalesce(nullif(concat_ws(' ', o.family_name, o.given_name), ''), o.buyer_name, o.ship_name) as buyer_name,
       pg_temp.plain_of(o.email) as buyer_email, pg_temp.phone_of(o.phone) as buyer_phone, pg_temp.plain_of(o.language) as locale,
       pg_temp.instant_of(o.placed_at) as placed_at, case when o.paid_at is not null then greatest(pg_temp.instant_of(o.paid_at), pg_temp.instant_of(o.placed_at)) end as paid_at, pg_temp.payment_of(o.payment) as payment_method,
       pg_temp.instant_of(o.payment_due_at) as payment_due_at,
       pg_temp.money_of(o.subtotal) as subtotal, pg_temp.money_of(o.shipping_fee) as shipping_fee, abs(pg_temp.amount_of(o.discount))::text as discount,
       abs(pg_temp.amount_of(o.points_used))::text as points_used, pg_temp.money_of(o.fee) as fee, pg_temp.money_of(o.tax) as tax,
       coalesce(pg_temp.money_of(o.total), (i.items + coalesce(pg_temp.amount_of(o.shipping_fee), 0) + coalesce(pg_temp.amount_of(o.fee), 0)
         - coalesce(abs(pg_temp.amount_of(o.discount)), 0) - coalesce(abs(pg_temp.amount_of(o.points_used)), 0))::text) as total,
       upper(coalesce(pg_temp.plain_of(o.currency), 'JPY')) as currency,
       case when o.word ~* 'キャンセル|取消|取り消し|cancel' then 'cancelled' when o.word ~* '返品|return' then 'returned'
            when o.word ~* '未発送|未出荷|発送待ち|出荷待ち|unshipped|unfulfilled|partial' then 'processing'
            when o.word ~* '発送済|出荷済|配送済|配達済|完了|shipped|fulfilled|delivered|complete' then 'shipped' else o.word end as status,
       pg_temp.day_of(o.promised_on) as promised_on, pg_temp.day_of(o.requested_on) as requested_on, pg_temp.slot_of(o.slot) as requested_slot,
       coalesce(o.ship_name, nullif(concat_ws(' ', o.family_name, o.given_name), ''), o.buyer_name) as ship_to_name,
       pg_temp.postal_of(o.ship_postal_code) as ship_to_postal_code,
       pg_temp.region_of(coalesce(o.ship_region, substring(o.ship_address from '^(北海道|東京都|京都府|大阪府|.{2,3}県)'))) as ship_to_region,
       nullif(concat_ws(' ', o.ship_address, o.ship_address_2), '') as ship_to_address, pg_temp.instant_of(o.cancelled_at) as cancelled_at, o._file, o._line
from (select distinct on (order_id) *, pg_temp.plain_of(status) as word from raw_orders where order_id is not null and placed_at is not null
      order by order_id, _line) o
left join (
  select order_id, case when bool_and(pg_temp.amount_of(price) is not null)
                        then sum(pg_temp.amount_of(price) * coalesce(pg_temp.amount_of(quantity), 1)) end as items
  from raw_orders group by order_id
) i using (order_id)
order by o._line
