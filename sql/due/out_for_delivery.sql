-- Who:    parcels a driver set out with today, not yet handed over.
-- Grain:  shipment x day of the round.   Anchor: parcel.out_for_delivery_at (of the newest round).
-- Why:    `cash` is the amount of the whole order: carriers collect it once, whatever the number of parcels.
-- Params: as_of, since, until, touched, customer_id
select p.shipment_id || '@' || to_char(p.out_for_delivery_at at time zone f.zone, 'YYYY-MM-DD') as subject_id, f.customer_id, f.order_id,
       p.out_for_delivery_at as due_at, p.out_for_delivery_at + interval '8 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', p.returned_at is null or p.returned_at > :as_of,
         'not_delivered', p.delivered_at is null or p.delivered_at > :as_of,
         'still_on_the_round', p.attempt_failed_at is null or p.attempt_failed_at < p.out_for_delivery_at or p.attempt_failed_at > :as_of,
         'no_problem', p.problem_at is null or p.problem_at < p.out_for_delivery_at or p.problem_at > :as_of) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'out_at', p.out_for_delivery_at, 'parcel', k.parcel,
         'requested_slot', case when f.requested_on = (p.out_for_delivery_at at time zone f.zone)::date then f.requested_slot end,
         'second_round', p.attempt_failed_at is not null and p.attempt_failed_at < p.out_for_delivery_at,
         'cash', case when f.payment_method = 'cod' and (f.paid_at is null or f.paid_at > :as_of) then f.money -> 'total' end,
         'currency', f.money ->> 'currency', 'gift', f.gift,
         'recipient_name', coalesce(r.name, case when f.gift then f.ship_to -> 0 ->> 'name' end)) as context
from parcel p
join parcel_facts k using (shipment_id)
join order_facts f on f.order_id = p.order_id
left join recipients r on r.order_id = p.order_id and r.recipient_no = p.recipient_no
where ((p.out_for_delivery_at > :since and p.out_for_delivery_at <= :until)
       or (p.order_id = any(:touched) and p.out_for_delivery_at <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
