-- Who:    scans to come, of parcels under way too.
-- Grain:  scan, known when it is made.
-- Why:    what is under way longer or shorter than the donor arrives so many days later or earlier; scans on the way that would lie behind
--         that day are left out.
-- Params: now, zone
create temp table future_tracking_events on commit drop as
with going as (
  select p.donor_id, p.tracking_number, p.donor_placed_at, p.gap, p.days, p.more, cast(x.delivered_at at time zone :zone as date) as came_on
  from parcel_to_come p
  join parcel x on x.shipment_id = p.donor_id
  union all
  select d.donor_id, mine.tracking_number, its.shipped_at, null,
         cast(mine.shipped_at at time zone :zone as date) - cast(its.shipped_at at time zone :zone as date), 0, null
  from drawn_parcel d
  join parcel mine on mine.shipment_id = d.shipment_id
  join parcel its on its.shipment_id = d.donor_id
), scan as (
  select g.tracking_number, e.carrier, e.raw_status, e.location, e.region, e.eta_on + g.days + g.more as eta_on, e.payload,
         pg_temp.moved(e.occurred_at, g.donor_placed_at, g.gap, g.days + case when t.is_last then g.more else 0 end, :zone) as occurred_at,
         e.recorded_at - e.occurred_at as late, not t.is_last and g.more < 0 and cast(e.occurred_at at time zone :zone as date) >= g.came_on + g.more as is_behind
  from going g
  join parcel p on p.shipment_id = g.donor_id
  join tracking_events e on e.carrier = p.carrier and e.tracking_number = p.tracking_number
   and e.occurred_at between p.shipped_at - interval '14 days' and p.shipped_at + interval '60 days'
  cross join lateral (select coalesce(cast(e.occurred_at at time zone :zone as date) >= g.came_on, false) as is_last) t
)
select occurred_at as known_at, carrier, tracking_number, raw_status, occurred_at, occurred_at + late as recorded_at, location, region, eta_on, payload
from scan
where occurred_at > :now and not is_behind and tracking_number is not null
