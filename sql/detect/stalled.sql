-- Who:    open orders with a parcel nobody has scanned for :stalled after its last scan or hand-over, :stalled_far between
--         regions more than two apart and to or from Hokkaido and Okinawa; days on which nobody works (:closed) do not count.
-- Grain:  order: its first parcel to stall.
-- Why:    closed days are counted for whoever is silent long enough without them.
--         Silence says something only about carriers whose scans we see at all, and nothing while a parcel waits for its
--         requested day, for its addressee, or travels by ship: to or from an island, or instead of a plane.
--         Where parcels are known at all (outlook), nobody is alarmed before the promised day, nor then while it may still be in time,
--         were it to move on now like others from there (a share of :sure_standing): many were only passed on unseen.
--         Told is the carrier's day, else when comparable parcels arrived (chance), once, for that day moves on with every day of
--         silence; none where neither is known.
-- Params: as_of, stalled, stalled_far, closed, sure_standing
insert into found_delay
with carrier as (
  select carrier
  from (select distinct carrier from open_parcel) c
  where exists (select from tracking_events e where e.carrier = c.carrier and e.occurred_at <= :as_of)
), silent as (
  select p.*, o.zone, o.today, o.promised_on, s.at + (
           select min(days) * interval '1 day' from generate_series(0, 30) days
           where days >= (select count(*) from unnest(cast(:closed as date[])) day
                          where day > (s.at at time zone o.zone)::date and day <= ((s.at + s.most) at time zone o.zone)::date + days)
         ) + s.most as silent_at
  from open_parcel p
  join carrier using (carrier)
  join open_order o using (order_id)
  left join area here on here.region = p.origin_region
  left join area there on there.region = p.region
  cross join lateral (
    select greatest(p.last_scan_at, p.shipped_at) as at,
           cast(case when here.name = there.name then :stalled
                     when here.is_island or there.is_island or abs(here.place - there.place) > 2 then :stalled_far
                     else :stalled end as interval) as most
  ) s
  where s.at + s.most <= :as_of and (o.requested_on is null or o.requested_on < o.today)
    and (p.last_status is null or p.last_status not in ('held_at_location', 'attempt_failed'))
    and not exists (select from island i where i.postal_code in (p.postal_code, p.origin_postal_code))
    and (p.last_reason is null or p.last_reason not in ('planned_hold', 'recipient_instruction', 'delay_transport_mode'))
)
select distinct on (order_id)
       order_id, 'stalled', shipment_id, coalesce(last_region, origin_region),
       jsonb_build_object('carrier', carrier, 'last_scan_at', coalesce(last_scan_at, shipped_at), 'last_location', last_location,
                          'last_region', last_region, 'last_word', last_word),
       silent_at, coalesce(eta_on, d.new_from_on, c.early_on), coalesce(eta_on, d.new_until_on, c.late_on)
from silent
left join (
  select t.shipment_id as parcel_id, u.hour, u.days, u.parcels
  from standing t
  join outlook u using (carrier, origin_region, region, place, word, stage)
  where t.standing = 'now' and u.silent is null
) l on l.parcel_id = silent.shipment_id and l.hour = extract(hour from cast(:as_of as timestamptz) at time zone silent.zone)::integer / 3 * 3
left join (select shipment_id as parcel_id, early_on, late_on from chance) c
  on c.parcel_id = silent.shipment_id and c.late_on > silent.promised_on and c.early_on >= silent.today
left join lateral (
  select new_from_on, new_until_on from delay d
  where d.order_id = silent.order_id and d.cause = 'stalled' and d.lifted_at is null and d.new_until_on >= silent.today
) d on true
where silent_at <= :as_of
  and (promised_on is null or not exists (select from outlook)
       or promised_on <= today and coalesce(late_share(l.days, l.parcels, promised_on - today) >= :sure_standing, true))
order by order_id, silent_at, shipment_id
