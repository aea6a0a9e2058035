-- Who:    open orders with a parcel nobody has scanned for :stalled after its last scan or hand-over, :stalled_far between
--         regions more than two apart and to or from islands.
-- Grain:  order: its first parcel to stall.
-- Why:    silence says something only about carriers whose scans we see at all, and nothing while a parcel waits for its
--         requested day, for its addressee, or travels by ship instead.
-- Params: as_of, stalled, stalled_far
insert into found_delay
with carrier as (
  select carrier
  from (select distinct carrier from open_parcel) c
  where exists (select from tracking_events e where e.carrier = c.carrier and e.occurred_at <= :as_of)
), silent as (
  select p.*, o.zone,
         greatest(p.last_scan_at, p.shipped_at) + cast(case
           when here.name = there.name then :stalled
           when here.is_island or there.is_island or abs(here.place - there.place) > 2 then :stalled_far
           else :stalled end as interval) as silent_at
  from open_parcel p
  join carrier using (carrier)
  join open_order o using (order_id)
  left join area here on here.region = p.origin_region
  left join area there on there.region = p.region
  where (o.requested_on is null or o.requested_on < o.today)
    and (p.last_status is null or p.last_status not in ('held_at_location', 'attempt_failed'))
    and (p.last_reason is null or p.last_reason not in ('planned_hold', 'recipient_instruction', 'delay_transport_mode'))
)
select distinct on (order_id)
       order_id, 'stalled', shipment_id, coalesce(last_region, origin_region),
       jsonb_build_object('carrier', carrier, 'last_scan_at', coalesce(last_scan_at, shipped_at), 'last_location', last_location,
                          'last_region', last_region, 'last_word', last_word),
       silent_at, eta_on, eta_on
from silent
where silent_at <= :as_of
order by order_id, silent_at, shipment_id
