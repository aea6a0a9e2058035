-- Who:    orders changed since the last finished run: their tracking page may say something else now.
-- Grain:  order; fields are those of templates/tracking_page/page.toml.
-- Why:    not what was placed more than half a year ago: nobody follows it, and a first load would publish all of history.
-- Params: as_of, load_id
select f.order_id, o.source, k.language, f.zone, f.placed_at,
       greatest(f.placed_at, n.cancelled_at, n.shipped_at, n.delivered_at,
                (select max(s.last_scan_at) from parcel p join parcel_scan s using (shipment_id) where p.order_id = f.order_id)) as updated_at,
       n.cancelled_at is not null as cancelled, n.shipped_at, n.delivered_at, f.ship_to_region as region,
       f.items,
       (select coalesce(jsonb_agg(p.parcel order by p.shipped_at, p.shipment_id), '[]') from parcel_facts p
        where p.order_id = f.order_id and p.shipped_at <= :as_of) as parcels,
       (select coalesce(jsonb_agg(jsonb_build_object('name', i.item ->> 'name', 'quantity', (i.item ->> 'quantity')::bigint - h.handed_over)
                                  order by i.line_no), '[]')
        from item_facts i
        cross join lateral (select coalesce(sum(s.quantity), 0)::bigint as handed_over from shipment_lines s join parcel p using (shipment_id)
                            where p.order_id = i.order_id and s.line_no = i.line_no and p.shipped_at <= :as_of) h
        where i.order_id = f.order_id and (f.shipped_all_at is null or f.shipped_all_at > :as_of) and (i.item ->> 'quantity')::bigint > h.handed_over) as still_to_come,
       f.promised_on, f.requested_on, f.requested_slot,
       (select jsonb_build_object('cause', d.cause, 'hazard', d.evidence ->> 'kind', 'region', d.region,
                                  'old_on', coalesce(f.requested_on, f.promised_on), 'new_from_on', d.new_from_on, 'new_until_on', d.new_until_on)
        from delay d
        where d.order_id = f.order_id and d.first_seen_at <= :as_of and (d.lifted_at is null or d.lifted_at > :as_of)
          and n.delivered_at is null and n.cancelled_at is null
        order by array_position(array['hazard', 'carrier_notice', 'stalled', 'not_handed_over', 'predicted_late', 'promise_missed'], d.cause)
        limit 1) as delay
from order_facts f
join orders o using (order_id)
join contactable k on k.customer_id = f.customer_id
cross join lateral (
  select case when f.cancelled_at <= :as_of then f.cancelled_at end as cancelled_at,
         case when f.first_shipped_at <= :as_of then f.first_shipped_at end as shipped_at,
         case when f.delivered_at <= :as_of then f.delivered_at end as delivered_at
) n
where f.order_id in (
        select order_id from touched_order
        where load_id <= :load_id and load_id > coalesce((select max(load_id) from run where finished_at is not null), 0))
  and f.placed_at > :as_of - interval '180 days' and f.placed_at <= :as_of
order by f.order_id
