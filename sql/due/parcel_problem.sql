-- Who:    parcels that got lost, damaged, refused, never collected, addressed wrongly, turned round, or that the carrier looks into.
-- Grain:  shipment x kind of problem.   Anchor: parcel.problem_at, parcel.returned_at, or parcel.attempt_failed_at where it was refused.
-- Why:    the facts (problem_parcel) know one kind at a time, the newest; a parcel that moves again or arrives has none. While one is
--         open this touchpoint speaks for its order: delay_notice, on_the_way, out_for_delivery and delivery_attempted ask it.
--         Who was told that a refused parcel comes back is not told so a second time. A return its buyer asked for is return_update's.
-- Params: as_of, since, until, touched, customer_id
select b.shipment_id || '@' || b.kind as subject_id, f.customer_id, f.order_id,
       b.at as due_at, b.at + interval '48 hours' as valid_until, b.kind as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_all_delivered', f.delivered_at is null or f.delivered_at > :as_of,
         'no_return_asked_for', not exists (select from returns r where r.order_id = b.order_id and r.opened_at <= :as_of
                                            and coalesce(r.status, '') <> 'rejected'),
         'not_told_it_comes_back', b.kind <> 'returned' or not exists (
           select from message m where m.touchpoint = 'parcel_problem' and m.subject_id = b.shipment_id || '@refused' and m.state = 'accepted')) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'kind', b.kind, 'since_at', b.at, 'parcel', k.parcel, 'items', f.items,
         'is_back', b.kind = 'returned' and exists (
           select from parcel p join tracking_events e using (carrier, tracking_number)
           where p.shipment_id = b.shipment_id and e.status = 'delivered' and e.occurred_at > b.returned_at and e.occurred_at <= :as_of),
         'paid', f.paid_at is not null and f.paid_at <= :as_of, 'gift', f.gift,
         'recipient_name', (select coalesce(r.name, case when f.gift then f.ship_to -> 0 ->> 'name' end)
                            from parcel p left join recipients r on r.order_id = p.order_id and r.recipient_no = p.recipient_no
                            where p.shipment_id = b.shipment_id)) as context
from problem_parcel b
join parcel_facts k using (shipment_id)
join order_facts f on f.order_id = b.order_id
where ((b.problem_at > :since and b.problem_at <= :until) or (b.returned_at > :since and b.returned_at <= :until)
       or (b.attempt_failed_at > :since and b.attempt_failed_at <= :until) or b.order_id = any(:touched))
  and (b.at > :since or b.order_id = any(:touched)) and b.at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
