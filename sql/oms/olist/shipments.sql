-- Who:    parcels: one for each order that left or arrived.
-- Grain:  order. The carrier is unknown, so nobody waits for its scans.
-- Params: none
select o.order_id || '-1' as shipment_id, o.order_id, 'unknown' as carrier,
       pg_temp.instant_of(o.order_delivered_carrier_date) as shipped_at, pg_temp.instant_of(o.order_delivered_customer_date) as delivered_at,
       pg_temp.day_of(o.order_estimated_delivery_date) as promised_on, o._file, o._line
from raw_orders o
where o.order_delivered_carrier_date is not null or o.order_delivered_customer_date is not null
