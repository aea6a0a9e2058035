-- Who:    parcels to come: those of the past order, at the pace of the lane to where this one goes.
-- Grain:  parcel. `more` are the days it is under way longer than the donor's; `gap`, `days` as in story.
-- Why:    to another region the days are drawn from the lane's own parcels of half a year (sql/lanes/create_lane), or, where those are
--         fewer than :least, from lanes between the same parts of the country; without both the donor's days stay.
--         An order under way that nothing left of goes in one parcel, the one whose label is printed.
-- Params: zone, least
create temp table parcel_to_come on commit drop as
with chance as (
  select level, key, days, sum(parcels) over (partition by level, key order by days) as so_far, sum(parcels) over (partition by level, key) as n
  from lane where level in ('lane', 'areas')
), donor as (
  select s.order_id, s.kind, s.luck, s.placed_at, s.donor_placed_at, s.gap, s.days, p.shipment_id as donor_id, p.carrier, p.origin_region,
         p.region, p.delivered_at, l.ship_to_region as to_region,
         row_number() over (partition by s.order_id order by p.shipped_at nulls last, p.shipment_id) as place,
         cast(p.delivered_at at time zone :zone as date) - cast(p.shipped_at at time zone :zone as date) as took
  from story s
  join parcel p on p.order_id = s.donor_id
  join orders l on l.order_id = case when s.kind in ('new', 'again') then s.like_id else s.order_id end
  where s.kind <> 'sent'
)
select d.order_id, d.kind, d.donor_id, d.carrier, d.placed_at, d.donor_placed_at, d.gap, d.days,
       coalesce(label.shipment_id, d.order_id || '-' || d.place) as shipment_id,
       'SIM' || right('000000000000' || replace(d.order_id, 'SIM-', ''), 12) || '-' || d.place as tracking_number,
       drawn.level, coalesce(greatest(drawn.days, 1) - d.took, 0) as more, d.took
from donor d
left join area here on here.region = d.origin_region
left join area there on there.region = d.to_region
left join lateral (
  select c.level, c.days from chance c
  where d.took > 0 and d.to_region is distinct from d.region
    and (c.level, c.key) in (('lane', concat_ws('|', d.carrier, d.origin_region, d.to_region)), ('areas', concat_ws('|', d.carrier, here.name, there.name)))
    and c.n >= :least and c.so_far > d.luck * c.n
  order by c.level desc, c.days
  limit 1
) drawn on true
left join lateral (select min(shipment_id) as shipment_id from shipments s where d.kind = 'unsent' and s.order_id = d.order_id) label on true
where d.kind <> 'unsent' or d.place = 1
