-- Who:    orders that something left of. This export knows no parcels, carriers or numbers: one each, nobody waits for its scans.
-- Grain:  order.
-- Params: none
select ltrim(pg_temp.plain_of(name), '#') || '-1' as shipment_id, ltrim(pg_temp.plain_of(name), '#') as order_id, 'unknown' as carrier,
       pg_temp.instant_of(fulfilled_at) as shipped_at, _file, _line
from raw_orders
where fulfilled_at is not null
order by _line
