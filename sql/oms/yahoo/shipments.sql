-- Who:    parcels: one for each number of an order, one without a number where it only says that it left.
-- Grain:  order x number.
-- Why:    ShipDate is a day, and nothing left before it was ordered. ArrivalDate is one too: its first moment would be early.
-- Params: none
select pg_temp.plain_of(o.order_id) || '-' || n.place as shipment_id, pg_temp.plain_of(o.order_id) as order_id,
       coalesce(pg_temp.plain_of(o.carrier), 'unknown') as carrier, pg_temp.tracking_of(n.number, o.carrier) as tracking_number,
       case when o.shipped_on is not null then greatest(pg_temp.instant_of(o.shipped_on), pg_temp.instant_of(o.placed_at)) end as shipped_at, o._file, o._line
from (select distinct on (order_id) * from raw_orders order by order_id, _line) o
cross join lateral (values (1, o.tracking_number), (2, o.tracking_number_2)) as n(place, number)
where n.number is not null or (n.place = 1 and o.shipped_on is not null)
order by o._line, n.place
