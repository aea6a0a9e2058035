-- Who:    parcels of open orders that were handed over and have not arrived at :as_of, with what was known by then.
-- Grain:  shipment. was_tried_at: first time the carrier stood at the door, or kept the parcel for the customer to collect.
-- Why:    scans are looked up in tracking_events, not in parcel_scan: a snapshot knows scans later than :as_of. Parcels
--         turned round need no condition: their orders are not open.
-- Params: as_of
create temp table open_parcel on commit drop as
select p.shipment_id, p.order_id, p.carrier, p.region, p.origin_region, p.shipped_at,
       s.occurred_at as last_scan_at, s.status as last_status, s.reason as last_reason, s.raw_status as last_word,
       s.location as last_location, s.region as last_region, e.eta_on, t.was_tried_at
from open_order o
join parcel p using (order_id)
left join lateral (
  select * from tracking_events e
  where e.carrier = p.carrier and e.tracking_number = p.tracking_number
    and e.occurred_at between p.shipped_at - interval '14 days' and :as_of
  order by e.occurred_at desc, e.raw_status, e.location limit 1
) s on true
left join lateral (
  select e.eta_on from tracking_events e
  where e.carrier = p.carrier and e.tracking_number = p.tracking_number
    and e.occurred_at between p.shipped_at - interval '14 days' and :as_of and e.eta_on is not null
  order by e.occurred_at desc, e.recorded_at desc nulls last, e.eta_on desc limit 1
) e on e.eta_on >= o.today
left join lateral (
  select min(e.occurred_at) as was_tried_at from tracking_events e
  where e.carrier = p.carrier and e.tracking_number = p.tracking_number
    and e.occurred_at between p.shipped_at - interval '14 days' and :as_of
    and (e.status = 'attempt_failed' or e.status = 'held_at_location' and e.reason = 'ready_for_pickup')
) t on true
where p.shipped_at <= :as_of
  and (p.delivered_at is null or p.delivered_at > :as_of)
