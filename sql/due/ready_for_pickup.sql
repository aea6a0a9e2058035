-- Who:    parcels that wait for their addressee at a shop, locker or office.
-- Grain:  shipment x day it was laid out.   Anchor: the first scan that says so after its last move (parcel.held_at is the newest).
-- Why:    a carrier repeats the scan while it waits: the stay is one message, and the days it is kept are counted from its first day,
--         3 where it is cooled or frozen, else 7. Kept for a requested day, or after nobody was in, is another thing: the scan's own
--         reason decides. After an attempt this speaks for both (delivery_attempted asks).
-- Params: as_of, since, until, touched, customer_id
select p.shipment_id || '@' || to_char(h.since_at at time zone f.zone, 'YYYY-MM-DD') as subject_id, f.customer_id, f.order_id,
       h.since_at as due_at, h.since_at + interval '48 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'for_pickup', h.reason is not distinct from 'ready_for_pickup',
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', p.returned_at is null or p.returned_at > :as_of,
         'not_delivered', p.delivered_at is null or p.delivered_at > :as_of,
         'still_there', not h.moved_on,
         'no_problem', p.problem_at is null or p.problem_at <= h.since_at or p.problem_at > :as_of) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'since_at', h.since_at, 'place', h.location, 'parcel', k.parcel,
         'service', coalesce(s.service, 'normal'),
         'kept_until_on', (h.since_at at time zone f.zone)::date + case when s.service in ('cool', 'frozen') then 3 else 7 end,
         'cash', case when f.payment_method = 'cod' and (f.paid_at is null or f.paid_at > :as_of) then f.money -> 'total' end,
         'currency', f.money ->> 'currency', 'gift', f.gift,
         'recipient_name', coalesce(r.name, case when f.gift then f.ship_to -> 0 ->> 'name' end)) as context
from parcel p
join parcel_facts k using (shipment_id)
join order_facts f on f.order_id = p.order_id
join shipments s using (shipment_id)
left join recipients r on r.order_id = p.order_id and r.recipient_no = p.recipient_no
cross join lateral (
  select coalesce(min(e.occurred_at) filter (where e.reason = 'ready_for_pickup' and e.occurred_at > coalesce(m.moved_at, '-infinity')), p.held_at) as since_at,
         (array_agg(e.reason order by e.reason = 'ready_for_pickup' desc nulls last) filter (where e.occurred_at = p.held_at))[1] as reason,
         (array_agg(e.location order by e.occurred_at desc, e.location) filter (where e.reason = 'ready_for_pickup'))[1] as location,
         coalesce(bool_or(e.occurred_at > p.held_at and e.occurred_at <= :as_of and e.status in ('in_transit', 'out_for_delivery', 'attempt_failed')), false) as moved_on
  from tracking_events e
  left join lateral (
    select max(v.occurred_at) as moved_at
    from tracking_events v
    where v.carrier = p.carrier and v.tracking_number = p.tracking_number and v.occurred_at < p.held_at
      and v.status in ('picked_up', 'in_transit', 'out_for_delivery', 'attempt_failed')
  ) m on true
  where e.carrier = p.carrier and e.tracking_number = p.tracking_number and e.occurred_at >= p.shipped_at - interval '1 day'
    and (e.status = 'held_at_location' or e.occurred_at > p.held_at)
) h
where ((p.held_at > :since and p.held_at <= :until) or (p.order_id = any(:touched) and p.held_at <= :until))
  and h.since_at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
