-- Who:    parcels of orders whose story is told (`is_told`) that arrived, and parcels on their way.
-- Grain:  parcel; hours count from the local midnight before it left: until it arrived, or until :now.
-- Params: since, told_until, now, zone
select p.shipment_id, p.carrier, p.delivered_at is not null as is_told,
       extract(epoch from (coalesce(p.delivered_at, :now) at time zone :zone) - date_trunc('day', p.shipped_at at time zone :zone))::float8 / 3600 as hours
from parcel p
join past_order o using (order_id)
where p.shipped_at <= :now
  and (p.delivered_at is not null and o.placed_at > :since and o.placed_at <= :told_until
       or p.delivered_at is null and p.returned_at is null and p.problem_at is null and o.placed_at > :told_until)
order by p.shipment_id
