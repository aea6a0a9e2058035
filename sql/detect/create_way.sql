-- Who:    places that open orders must still cross: where a parcel goes, where it left from as long as it is there, where it was
--         scanned last; of what is still to be sent, both ends.
-- Grain:  order x shipment x place. standing: whether it is there now, or comes near at the end. doubted_at: the parcel has not moved for :doubted, and is not kept for anybody.
-- Params: doubted
create temp table way on commit drop as
select p.order_id, p.shipment_id, p.carrier, p.shipped_at as starts_at, v.region, v.postal_code, v.standing,
       case when p.last_status is null or p.last_status not in ('held_at_location', 'attempt_failed')
            then greatest(p.last_scan_at, p.shipped_at) + cast(:doubted as interval) end as doubted_at
from open_parcel p
cross join lateral (
  select p.region, p.postal_code, 'near' as standing
  union all
  select p.origin_region, p.origin_postal_code, 'now' where coalesce(p.last_region, p.origin_region) = p.origin_region
  union all
  select p.last_region, p.last_postal_code, 'now' where p.last_region is distinct from p.origin_region and p.last_region is not null
) v
union all
select o.order_id, null, null, o.placed_at, v.region, v.postal_code, v.standing, null
from open_order o
cross join lateral (
  select o.region, o.postal_code, 'near' as standing
  union all
  select o.origin_region, o.origin_postal_code, 'now'
) v
where o.is_unshipped
