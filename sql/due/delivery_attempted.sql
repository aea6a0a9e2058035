-- Who:    parcels nobody could take: each failed attempt (持戻) once a day.
-- Grain:  shipment x day of the attempt.   Anchor: parcel.attempt_failed_at (the newest).
-- Why:    the carrier keeps a parcel for days counted from its first attempt: 3 where it is cooled or frozen, else 7. Parcels kept
--         for a requested day are no attempts (the fold knows). Who rearranged it needs no help to do so; where it
--         waits at a shop or office ready_for_pickup says so, where it was refused or got into trouble parcel_problem.
-- Params: as_of, since, until, touched, customer_id
select p.shipment_id || '@' || to_char(p.attempt_failed_at at time zone f.zone, 'YYYY-MM-DD') as subject_id, f.customer_id, f.order_id,
       p.attempt_failed_at as due_at, p.attempt_failed_at + interval '24 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', p.returned_at is null or p.returned_at > :as_of,
         'not_delivered', p.delivered_at is null or p.delivered_at > :as_of,
         'not_refused', a.reason is distinct from 'refused',
         'not_out_again', p.out_for_delivery_at is null or p.out_for_delivery_at <= p.attempt_failed_at or p.out_for_delivery_at > :as_of,
         'not_rearranged', not a.rearranged,
         'not_laid_out', not a.laid_out,
         'no_problem', not exists (select from problem_parcel b where b.shipment_id = p.shipment_id)) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'attempted_at', p.attempt_failed_at, 'reason', a.reason, 'parcel', k.parcel,
         'service', coalesce(s.service, 'normal'),
         'kept_until_on', (coalesce(a.first_at, p.attempt_failed_at) at time zone f.zone)::date
                          + case when s.service in ('cool', 'frozen') then 3 else 7 end,
         'cash', case when f.payment_method = 'cod' and (f.paid_at is null or f.paid_at > :as_of) then f.money -> 'total' end,
         'currency', f.money ->> 'currency', 'gift', f.gift,
         'recipient_name', coalesce(r.name, case when f.gift then f.ship_to -> 0 ->> 'name' end)) as context
from parcel p
join parcel_facts k using (shipment_id)
join order_facts f on f.order_id = p.order_id
join shipments s using (shipment_id)
left join recipients r on r.order_id = p.order_id and r.recipient_no = p.recipient_no
cross join lateral (
  select min(e.occurred_at) filter (where e.status = 'attempt_failed') as first_at,
         (array_agg(e.reason order by e.raw_status) filter (where e.status = 'attempt_failed' and e.occurred_at = p.attempt_failed_at))[1] as reason,
         coalesce(bool_or(e.reason = 'recipient_instruction' and e.occurred_at > p.attempt_failed_at and e.occurred_at <= :as_of), false) as rearranged,
         coalesce(bool_or(e.reason = 'ready_for_pickup' and e.occurred_at > p.attempt_failed_at and e.occurred_at <= :as_of), false) as laid_out
  from tracking_events e
  where e.carrier = p.carrier and e.tracking_number = p.tracking_number and e.occurred_at >= p.shipped_at - interval '1 day'
) a
where ((p.attempt_failed_at > :since and p.attempt_failed_at <= :until)
       or (p.order_id = any(:touched) and p.attempt_failed_at <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
