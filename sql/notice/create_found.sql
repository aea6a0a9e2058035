-- Who:    orders that a notice's filters choose. :open: those under way alone (a delay), else all that were not cancelled.
-- Grain:  order.
-- Why:    where a parcel goes, from which warehouse, by whom and when is asked of one and the same parcel, or of what is still to
--         be sent. Under a hazard lie orders whose way crosses it (create_way): only what is under way has one.
-- Params: as_of, open, regions, municipalities, postal_prefixes, warehouses, carriers, shipped_from, shipped_until, products, hazard_id
create temp table notice_found on commit drop as
with leg as (
  select p.order_id, p.carrier, s.location_id, p.shipped_at, p.region,
         postal_key(case when r.order_id is null then o.ship_to_postal_code else r.postal_code end) as postal_code
  from parcel p
  join shipments s using (shipment_id)
  join orders o on o.order_id = p.order_id
  left join recipients r on r.order_id = p.order_id and r.recipient_no = p.recipient_no
  where p.shipped_at <= :as_of and (not :open or p.delivered_at is null or p.delivered_at > :as_of)
  union all
  select o.order_id, null, o.location_id, null, o.ship_to_region, postal_key(o.ship_to_postal_code)
  from orders o
  join order_progress g using (order_id)
  where g.shipped_all_at is null or g.shipped_all_at > :as_of
     or not exists (select from parcel p where p.order_id = o.order_id)
), placed as (
  select order_id from leg l
  where (cardinality(cast(:regions as text[])) = 0 or l.region = any(:regions))
    and (cardinality(cast(:municipalities as text[])) = 0
         or l.postal_code in (select postal_code from postal_area where municipality = any(:municipalities)))
    and (cardinality(cast(:postal_prefixes as text[])) = 0
         or exists (select from unnest(cast(:postal_prefixes as text[])) prefix where starts_with(l.postal_code, prefix)))
    and (cardinality(cast(:warehouses as text[])) = 0 or l.location_id = any(:warehouses))
    and (cardinality(cast(:carriers as text[])) = 0 or l.carrier = any(:carriers))
    and (cast(:shipped_from as timestamptz) is null or l.shipped_at >= :shipped_from)
    and (cast(:shipped_until as timestamptz) is null or l.shipped_at < :shipped_until)
)
select g.order_id, g.customer_id, o.ship_to_region as region
from order_progress g
join orders o using (order_id)
where g.placed_at <= :as_of and (g.cancelled_at is null or g.cancelled_at > :as_of)
  and (not :open or g.order_id in (select order_id from open_order))
  and g.order_id in (select order_id from placed)
  and (cardinality(cast(:products as text[])) = 0
       or g.order_id in (select order_id from order_lines where product_id = any(:products) and quantity > coalesce(cancelled_quantity, 0)))
  and (cast(:hazard_id as text) is null
       or g.order_id in (select w.order_id from way w
                         join under_hazard u on u.region is not distinct from w.region and u.postal_code is not distinct from w.postal_code
                         where u.hazard_id = :hazard_id and (u.carrier is null or u.carrier = w.carrier)
                           and (u.is_certain or w.doubted_at <= :as_of)))
