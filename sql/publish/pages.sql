-- Who:    orders changed since the last finished run, whose page may say something else now; pages of people who said since then what
--         they want to hear, or in which language; and pages asked for again.
-- Grain:  order; `page` holds the fields of templates/tracking_page/page.toml.
-- Why:    only shop fronts (:sources) in whose name we may speak.
--         Not what is over for :days days: its page has ended, and a first load would publish all of history. A return keeps it open;
--         an order nobody hears the end of ends half a year after its day.
--         A number comes round again: a scan belongs to the parcel shipped nearest to it, so a parcel's scans lie between the midpoints
--         to the parcels before and after it (14 days early to 120 late at most).
-- Params: as_of, load_id, days, sources
with last_run as (select coalesce(max(load_id), 0) as load_id from run where finished_at is not null)
select f.order_id, coalesce(t.version, 0) as version, coalesce(t.has_calendar, false) as has_calendar, t.digest, e.ends_at,
       o.source, f.customer_id, k.address_key, jsonb_build_object(
         'order_id', f.order_id, 'language', k.language, 'zone', f.zone, 'placed_at', f.placed_at,
         'updated_at', greatest(f.placed_at, n.cancelled_at, n.shipped_at, n.delivered_at, d.changed_at, r.changed_at,
                                (select max(s.last_scan_at) from parcel p join parcel_scan s using (shipment_id) where p.order_id = f.order_id)),
         'cancelled', n.cancelled_at is not null, 'shipped_at', n.shipped_at, 'delivered_at', n.delivered_at,
         'region', f.ship_to_region, 'items', f.items,
         'parcels', (
           select coalesce(jsonb_agg(p.parcel || jsonb_build_object('history', coalesce(h.history, '[]'), 'left_at', h.left_at)
                                     order by p.shipped_at, p.shipment_id), '[]')
           from parcel_facts p
           join parcel w using (shipment_id)
           cross join lateral (
             select greatest(max(w.shipped_at - (w.shipped_at - b.shipped_at) / 2) filter (where b.shipped_at < w.shipped_at),
                             w.shipped_at - interval '14 days') as from_at,
                    least(min(w.shipped_at + (b.shipped_at - w.shipped_at) / 2) filter (where b.shipped_at > w.shipped_at),
                          w.shipped_at + interval '120 days') as until_at
             from shipments b
             where b.carrier = w.carrier and b.tracking_number = w.tracking_number and b.shipment_id <> w.shipment_id
           ) own
           cross join lateral (
             select jsonb_agg(jsonb_build_object('at', s.occurred_at, 'status', s.status, 'place', s.location, 'region', s.region)
                              order by s.occurred_at desc, s.status) as history,
                    (array_agg(s.reason order by s.occurred_at desc) filter (where s.status = 'delivered'))[1] as left_at
             from (
               select v.occurred_at, case when v.occurred_at >= w.returned_at then 'returned' else v.status end as status,
                      v.location, v.region, v.reason
               from tracking_events v
               where v.carrier = w.carrier and v.tracking_number = w.tracking_number
                 and v.occurred_at between own.from_at and own.until_at and v.occurred_at <= :as_of
                 and v.status not in ('unknown', 'label_created')
                 and (v.status <> 'delivered' or w.returned_at <= v.occurred_at or w.delivered_at <= :as_of)
               order by v.occurred_at desc, v.status
               limit 30
             ) s
           ) h
           where p.order_id = f.order_id and p.shipped_at <= :as_of),
         'still_to_come', (
           select coalesce(jsonb_agg(jsonb_build_object('name', i.item ->> 'name', 'quantity', (i.item ->> 'quantity')::bigint - h.handed_over)
                                     order by i.line_no), '[]')
           from item_facts i
           cross join lateral (select coalesce(sum(s.quantity), 0)::bigint as handed_over from shipment_lines s join parcel p using (shipment_id)
                               where p.order_id = i.order_id and s.line_no = i.line_no and p.shipped_at <= :as_of) h
           where i.order_id = f.order_id and (f.shipped_all_at is null or f.shipped_all_at > :as_of) and (i.item ->> 'quantity')::bigint > h.handed_over),
         'promised_on', f.promised_on, 'requested_on', f.requested_on, 'requested_slot', f.requested_slot,
         'delay', case when d.cause is not null then jsonb_build_object(
           'cause', d.cause, 'hazard', d.evidence ->> 'kind', 'reason', d.evidence ->> 'reason', 'region', d.region,
           'old_on', coalesce(f.requested_on, f.promised_on), 'new_from_on', d.new_from_on, 'new_until_on', d.new_until_on) end,
         'payment_method', f.payment_method, 'gift', f.gift,
         'consent', exists (select from marketing_consent m where m.customer_id = f.customer_id)
                    and not exists (select from refused_as_another a where a.customer_id = f.customer_id and a.topic = 'marketing'),
         'after_sale', case when r.status is not null then jsonb_build_object('kind', r.kind, 'status', r.status) end
       )::text as page
from order_facts f
join orders o using (order_id)
join contactable k on k.customer_id = f.customer_id
left join tracking_page t on t.order_id = f.order_id
cross join lateral (
  select case when f.cancelled_at <= :as_of then f.cancelled_at end as cancelled_at,
         case when f.first_shipped_at <= :as_of then f.first_shipped_at end as shipped_at,
         case when f.delivered_at <= :as_of then f.delivered_at end as delivered_at
) n
left join lateral (
  select coalesce(kind, 'return') as kind, status, least(coalesce(closed_at, opened_at), :as_of) as changed_at
  from returns
  where order_id = f.order_id and opened_at <= :as_of
  order by opened_at desc, return_id limit 1
) r on true
left join lateral (
  select * from delay d
  where d.order_id = f.order_id and d.first_seen_at <= :as_of and (d.lifted_at is null or d.lifted_at > :as_of)
    and n.delivered_at is null and n.cancelled_at is null
  order by array_position(array['shop_notice', 'hazard', 'carrier_notice', 'stalled', 'not_handed_over', 'predicted_late', 'promise_missed'], d.cause)
  limit 1
) d on true
cross join lateral (
  select greatest(coalesce(n.delivered_at, n.cancelled_at), r.changed_at) + :days * interval '1 day' as over_at,
         greatest(f.placed_at, cast(f.promised_on as timestamptz), cast(f.preorder_until as timestamptz)) + interval '180 days' as forgotten_at
) ends
cross join lateral (
  select case when n.delivered_at is null and n.cancelled_at is null then ends.forgotten_at else ends.over_at end as ends_at
) e
where f.order_id in (
        select order_id from touched_order where load_id <= :load_id and load_id > (select load_id from last_run)
        union all
        select order_id from tracking_page where digest is null and not ended
        union all
        select x.order_id
        from (
          select customer_id from consents where load_id > (select load_id from last_run)
          union
          select u.customer_id from consents c join customers u on u.address_key = c.address where c.load_id > (select load_id from last_run)
          union
          select customer_id from preference where from_load > (select load_id from last_run)
        ) said
        join orders x using (customer_id)
        join tracking_page s on s.order_id = x.order_id and not s.ended)
  and o.source = any(cast(:sources as text[])) and f.placed_at <= :as_of and e.ends_at > :as_of and not coalesce(t.ended, false)
order by f.order_id
