-- Who:    parcels of the 発送完了報告 file, else one for each order that was reported as sent.
-- Grain:  parcel.
-- Params: none
select shipment_id, order_id, carrier, tracking_number, shipped_at, _file, _line
from (
  select pg_temp.plain_of(order_id) || '-' || coalesce(pg_temp.plain_of(parcel_id), row_number() over (partition by order_id order by _line)::text) as shipment_id,
         pg_temp.plain_of(order_id) as order_id, coalesce(pg_temp.plain_of(carrier), 'unknown') as carrier,
         pg_temp.tracking_of(tracking_number, carrier) as tracking_number, pg_temp.instant_of(shipped_on) as shipped_at, _file, _line
  from raw_parcels
  union all
  select pg_temp.plain_of(o.order_id) || '-1', pg_temp.plain_of(o.order_id), coalesce(pg_temp.plain_of(o.carrier), 'unknown'),
         pg_temp.tracking_of(o.tracking_number, o.carrier), pg_temp.instant_of(o.shipped_at), o._file, o._line
  from (select distinct on (order_id) * from raw_orders where shipped_at is not null order by order_id, _line) o
  where not exists (select from raw_parcels p where pg_temp.plain_of(p.order_id) = pg_temp.plain_of(o.order_id))
) parcel
order by _file, _line
