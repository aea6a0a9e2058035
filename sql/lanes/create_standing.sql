-- Who:    where open parcels stand, and orders still to be sent; `near`: where a parcel will stand once it has come to a base in
--         the destination's region.
-- Grain:  shipment, or order not sent, x standing.
-- Why:    a parcel that waits for its addressee is not on its way.
-- Params: none
create temp table standing on commit drop as
with standing_parcel as (
  select p.order_id, p.shipment_id, p.carrier, coalesce(p.origin_region, '-') as origin_region, coalesce(p.region, '-') as region,
         case when p.last_scan_at is null then coalesce(p.origin_region, '-') else coalesce(p.last_region, '-') end as place, coalesce(p.last_word, '-') as word,
         stage_of(p.last_status, p.last_region, p.origin_region, p.region) as stage, greatest(p.last_scan_at, p.shipped_at) as since_at
  from open_parcel p
  where p.last_status is null or p.last_status not in ('held_at_location', 'attempt_failed')
)
select order_id, shipment_id, 'now' as standing, carrier, origin_region, region, place, word, stage, since_at from standing_parcel
union all
select order_id, shipment_id, 'near', carrier, origin_region, region, region, '-', 'near', null from standing_parcel where stage <> 'round'
union all
select order_id, null, 'now', '-', coalesce(origin_region, '-'), coalesce(region, '-'), coalesce(origin_region, '-'), '-', 'unsent', placed_at
from open_order where is_unshipped
