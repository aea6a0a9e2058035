-- Who:    parcels that need a person: lost, damaged, refused, never collected, addressed wrongly, on their way back, looked into.
-- Grain:  shipment_id. at: since when.
-- Why:    carriers also call "exception" what is a delay, or was asked for: no problem of its own. Who turns round is past whatever
--         was wrong before; a refusal at the door is one though the carrier calls it an attempt. The raw instants are columns, so
--         that a window over them reads their indexes.
-- Params: none
select p.shipment_id, p.order_id, p.problem_at, p.returned_at, p.attempt_failed_at, w.kind, w.at
from parcel p
cross join lateral (
  select 'returned' as kind, p.returned_at as at
  where p.returned_at <= business_now()
  union all
  select case when p.problem in ('lost', 'seized', 'destroyed') then 'lost'
              when p.problem in ('damaged', 'refused') then p.problem
              when p.problem in ('absent', 'closed', 'not_collected') then 'unclaimed'
              when p.problem in ('address', 'moved') then 'address'
              when p.problem not in ('delay', 'weather', 'cancelled', 'delivery_stopped', 'recipient_instruction', 'not_registered') then 'investigation'
         end, p.problem_at
  where p.problem_at <= business_now() and (p.returned_at is null or p.returned_at > business_now())
  union all
  select 'refused', p.attempt_failed_at
  where p.attempt_failed_at <= business_now() and (p.out_for_delivery_at is null or p.out_for_delivery_at <= p.attempt_failed_at)
    and (p.returned_at is null or p.returned_at > business_now()) and (p.problem_at is null or p.problem_at > business_now())
    and exists (select from tracking_events e
                where e.carrier = p.carrier and e.tracking_number = p.tracking_number and e.occurred_at = p.attempt_failed_at
                  and e.status = 'attempt_failed' and e.reason = 'refused')
) w
where w.kind is not null and (p.delivered_at is null or p.delivered_at > business_now())
