-- Who:    what happened to the parcels of orders: handed over, the scans that mean something to a person, arrived; delays with their
--         causes; notices of operations they were in.
-- Grain:  event. `at`: when it happened; `known_at`: business time of the first load that said so.
-- Why:    a parcel on its way is scanned at every depot: of those scans none changes what anybody is told.
-- Params: order_ids
with story as (
  select w.at, min(l.as_of) as known_at, w.kind, v.order_id, v.shipment_id as id, jsonb_build_object('carrier', v.carrier) as detail
  from shipment_version v
  left join load l on l.load_id = v.from_load
  cross join lateral (values ('shop_says_shipped', v.shipped_at), ('shop_says_delivered', v.delivered_at)) w (kind, at)
  where v.order_id = any(cast(:order_ids as text[])) and w.at is not null
  group by w.at, w.kind, v.order_id, v.shipment_id, v.carrier
  union all
  select e.occurred_at, l.as_of, 'scan', p.order_id, p.shipment_id,
         jsonb_build_object('status', e.status, 'reason', e.reason, 'word', e.raw_status, 'carrier', e.carrier, 'location', e.location)
  from parcel p
  join tracking_events e on e.carrier = p.carrier and e.tracking_number = p.tracking_number
   and (p.shipped_at is null or e.occurred_at between p.shipped_at - interval '14 days' and p.shipped_at + interval '120 days')
  left join load l using (load_id)
  where p.order_id = any(cast(:order_ids as text[])) and e.status not in ('in_transit', 'label_created', 'unknown')
  union all
  select w.at, min(l.as_of), w.kind, v.order_id, v.cause,
         case when w.kind = 'late' then jsonb_build_object('region', v.region, 'from_on', v.new_from_on, 'until_on', v.new_until_on) end
  from delay_version v
  left join load l on l.load_id = v.from_load
  cross join lateral (values ('late', case when v.lifted_at is null then v.changed_at end), ('late_no_more', v.lifted_at)) w (kind, at)
  where v.order_id = any(cast(:order_ids as text[])) and w.at is not null
  group by w.at, w.kind, v.order_id, v.cause, case when w.kind = 'late' then jsonb_build_object('region', v.region, 'from_on', v.new_from_on, 'until_on', v.new_until_on) end
  union all
  select w.at, null, w.kind, m.order_id, n.plan_id, jsonb_build_object('notice', n.kind, 'left_out', m.left_out)
  from notice_member m
  join notice n using (plan_id)
  cross join lateral (values ('notice_approved', case when n.state in ('approved', 'lifted') then n.decided_as_of end),
                             ('notice_lifted', n.lifted_as_of)) w (kind, at)
  where m.order_id = any(cast(:order_ids as text[])) and w.at is not null
)
select at, known_at, kind, order_id, id, detail from story where at <= business_now()
