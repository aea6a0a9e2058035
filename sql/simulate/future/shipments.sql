-- Who:    parcels that leave, and what the order system knows of their arrival, of those under way too.
-- Grain:  shipment as it is known from then on.
-- Params: now, zone
create temp table future_shipments on commit drop as
select m.shipped_at as known_at, p.shipment_id, p.order_id, case when p.kind <> 'unsent' then s.recipient_no end as recipient_no, s.carrier, p.tracking_number, m.shipped_at,
       pg_temp.moved(s.delivered_at, p.donor_placed_at, p.gap, p.days + p.more, :zone) as delivered_at, s.location_id, s.service,
       s.promised_on + p.days as promised_on, m.shipped_at as updated_at
from parcel_to_come p
join shipments s on s.shipment_id = p.donor_id
cross join lateral (select pg_temp.moved(s.shipped_at, p.donor_placed_at, p.gap, p.days, :zone) as shipped_at) m
where m.shipped_at > :now
union all
select m.delivered_at, s.shipment_id, s.order_id, s.recipient_no, s.carrier, s.tracking_number, s.shipped_at, m.delivered_at, s.location_id, s.service, s.promised_on, m.delivered_at
from drawn_parcel d
join shipments s on s.shipment_id = d.shipment_id
join parcel mine on mine.shipment_id = d.shipment_id
join shipments like_it on like_it.shipment_id = d.donor_id
join parcel its on its.shipment_id = d.donor_id
cross join lateral (select ((like_it.delivered_at at time zone :zone) + make_interval(days => cast(mine.shipped_at at time zone :zone as date)
                                    - cast(its.shipped_at at time zone :zone as date))) at time zone :zone as delivered_at) m
where s.delivered_at is null and m.delivered_at > :now
