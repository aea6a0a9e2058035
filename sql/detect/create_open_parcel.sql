-- Who:    parcels of open orders that were handed over and have not arrived at :as_of, with what was known by then.
-- Grain:  shipment. was_tried_at: first time the carrier stood at the door, or kept the parcel for the customer to collect.
-- Why:    scans are looked up in tracking_events, not in parcel_scan: a snapshot knows scans later than :as_of. Parcels
--         turned round need no condition: their orders are not open. A hub has a postal code where its scans name one of
--         our locations.
-- Params: as_of
create temp table open_parcel on commit drop as
select p.shipment_id, p.order_id, p.carrier, p.region, p.origin_region, p.shipped_at,
       case when r.order_id is null then o.postal_code else postal_key(r.postal_code) end as postal_code,
       case when f.location_id is null then o.origin_postal_code else postal_key(f.postal_code) end as origin_postal_code,
       s.occurred_at as last_scan_at, s.status as last_status, s.reason as last_reason, s.raw_status as last_word,
       s.location as last_location, s.region as last_region, postal_key(h.postal_code) as last_postal_code,
       e.eta_on, t.was_tried_at
from open_order o
join parcel p using (order_id)
join shipments m using (shipment_id)
left join recipients r on r.order_id = p.order_id and r.recipient_no = p.recipient_no
left join locations f on f.location_id = m.location_id
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
left join locations h on h.location_id = s.location
where p.shipped_at <= :as_of
  and (p.delivered_at is null or p.delivered_at > :as_of)
