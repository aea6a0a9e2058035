-- Who:    parcels that left or have a number; 出荷 that are only planned are none yet.
-- Grain:  出荷.
-- Params: none
select shipment_id, order_id, case when shippings > 1 then recipient_no::text end as recipient_no, carrier, tracking_number, shipped_at,
       requested_on as promised_on, _file, _line
from (
  select 's' || pg_temp.plain_of(shipping_id) as shipment_id, coalesce(pg_temp.plain_of(number), pg_temp.plain_of(id)) as order_id,
         row_number() over (partition by id order by _line) as recipient_no, count(*) over (partition by id) as shippings,
         coalesce(pg_temp.plain_of(carrier), 'unknown') as carrier, pg_temp.tracking_of(tracking_number, carrier) as tracking_number,
         pg_temp.instant_of(shipped_at) as shipped_at, pg_temp.day_of(requested_on) as requested_on, _file, _line
  from (select distinct on (id, shipping_id) * from raw_orders where shipping_id is not null order by id, shipping_id, _line) s
) numbered
where shipped_at is not null or tracking_number is not null
order by _line
