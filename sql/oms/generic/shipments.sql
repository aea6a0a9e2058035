-- Who:    parcels that left, arrived or have a number.
-- Grain:  order x number; all of an order where there is no number.
-- Params: none
select distinct on (shipment_id) shipment_id, pg_temp.plain_of(order_id) as order_id, coalesce(pg_temp.plain_of(carrier), 'unknown') as carrier,
       pg_temp.tracking_of(tracking_number, carrier) as tracking_number, case when shipped_at is not null then greatest(pg_temp.instant_of(shipped_at), pg_temp.instant_of(placed_at)) end as shipped_at,
       pg_temp.instant_of(delivered_at) as delivered_at, pg_temp.day_of(promised_on) as promised_on, _file, _line
from (select *, pg_temp.plain_of(order_id) || '-' || coalesce(pg_temp.tracking_of(tracking_number, carrier), '1') as shipment_id from raw_orders
      where order_id is not null and coalesce(tracking_number, shipped_at, delivered_at) is not null) o
order by shipment_id, _line
