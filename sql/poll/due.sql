-- Who:    parcels a source is asked about now: those whose next_poll_at has come, most overdue first.
-- Grain:  carrier x number.
-- Why:    what moves, is late or out with the driver is asked about often, what is quiet or kept for a day seldom, what has
--         ended or is older than 60 days never. A call without an answer waits twice as long each time, up to a day. Overdue
--         is measured in intervals, so a small budget still gets round to everybody.
-- Params: as_of, source, carriers, budget
with parcel_now as (
  select distinct on (s.carrier, s.tracking_number)
         s.carrier, s.tracking_number, coalesce(s.shipped_at, o.placed_at) as shipped_at, c.last_status, c.last_scan_at,
         case
           when c.last_status = 'out_for_delivery' then interval '30 minutes'
           when g.promise_ends_at <= :as_of
             or exists (select from delay d where d.order_id = s.order_id and d.lifted_at is null) then interval '1 hour'
           when c.last_status in ('attempt_failed', 'exception') then interval '2 hours'
           when o.requested_on > (cast(:as_of as timestamptz) at time zone coalesce(g.zone, 'UTC'))::date + 1 then interval '12 hours'
           when g.promise_ends_at <= cast(:as_of as timestamptz) + interval '1 day' then interval '1 hour'
           when c.last_status = 'held_at_location' then interval '6 hours'
           when c.last_scan_at > cast(:as_of as timestamptz) - interval '1 day' then interval '2 hours'
           when c.last_scan_at is null and coalesce(s.shipped_at, o.placed_at) > cast(:as_of as timestamptz) - interval '3 days' then interval '4 hours'
           when c.last_scan_at > cast(:as_of as timestamptz) - interval '7 days' then interval '8 hours'
           else interval '1 day' end as every
  from shipments s
  join orders o using (order_id)
  left join parcel p using (shipment_id)
  left join parcel_scan c using (shipment_id)
  left join order_progress g on g.order_id = s.order_id
  where s.tracking_number is not null
    and (cast(:carriers as text[]) is null or s.carrier = any(:carriers))
    and coalesce(s.shipped_at, o.placed_at) between cast(:as_of as timestamptz) - interval '60 days' and :as_of
    and p.delivered_at is null and p.returned_at is null and c.last_status is distinct from 'lost'
    and (o.cancelled_at is null or p.shipped_at is not null)
  order by s.carrier, s.tracking_number, coalesce(s.shipped_at, o.placed_at) desc
), scheduled as (
  select n.*, q.answered_at is not null as is_known,
         q.asked_at + case when q.failures = 0 then n.every
                           else least(interval '15 minutes' * power(2, least(q.failures, 10)), interval '1 day') end as next_poll_at
  from parcel_now n
  left join tracking_poll q on q.source = :source and q.carrier = n.carrier and q.tracking_number = n.tracking_number
)
select carrier, tracking_number, shipped_at, is_known, next_poll_at
from scheduled
where next_poll_at is null or next_poll_at <= :as_of
order by extract(epoch from :as_of - next_poll_at) / extract(epoch from every) desc nulls first, shipped_at desc, carrier, tracking_number
limit :budget
