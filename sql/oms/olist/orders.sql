-- Who:    orders. State comes from instants: almost every status already says delivered.
-- Grain:  order.
-- Why:    only cancelled and unavailable have no instant, so their word counts. Total = prices + freight of its lines, none
--         where there is no line or one of them is no amount.
-- Params: none
select o.order_id, c.customer_unique_id as customer_id, 'pt-BR' as locale,
       pg_temp.instant_of(o.order_purchase_timestamp) as placed_at, pg_temp.instant_of(o.order_approved_at) as paid_at,
       i.price as subtotal, i.freight as shipping_fee, i.price + i.freight as total, 'BRL' as currency,
       case when o.order_status in ('canceled', 'unavailable') then 'cancelled' end as status,
       pg_temp.day_of(o.order_estimated_delivery_date) as promised_on,
       lpad(c.customer_zip_code_prefix, 5, '0') as ship_to_postal_code, 'BR-' || c.customer_state as ship_to_region,
       o._file, o._line
from raw_orders o
left join raw_customers c using (customer_id)
left join (
  select order_id,
         case when bool_and(pg_temp.amount_of(price) is not null) then sum(pg_temp.amount_of(price)) end as price,
         case when bool_and(pg_temp.amount_of(freight_value) is not null) then sum(pg_temp.amount_of(freight_value)) end as freight
  from raw_order_items group by order_id
) i using (order_id)
