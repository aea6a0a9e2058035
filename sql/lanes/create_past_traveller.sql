-- Who:    parcels handed over in [:learned_until, :shipped_until), as they stood on that day.
-- Grain:  shipment. days: how long each took; null while it has not arrived by :as_of.
-- Params: zone, holidays, learned_until, shipped_until, as_of
create temp table traveller on commit drop as
select p.shipment_id, p.carrier, p.origin_region, p.region, s.shipped_on, ship_day(s.shipped_on, cast(:holidays as date[])) as ship_day,
       0 as days_so_far, g.promised_on,
       case when p.delivered_at <= :as_of then (p.delivered_at at time zone :zone)::date - s.shipped_on end as days
from parcel p
join order_progress g using (order_id)
join orders o using (order_id)
cross join lateral (select (p.shipped_at at time zone :zone)::date as shipped_on) s
where p.shipped_at >= cast(:learned_until as date)::timestamp at time zone :zone
  and p.shipped_at < cast(:shipped_until as date)::timestamp at time zone :zone
  and o.requested_on is null and p.returned_at is null and g.cancelled_at is null
