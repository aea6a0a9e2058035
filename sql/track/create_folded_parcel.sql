-- Who:    parcels of the orders being folded.
-- Grain:  shipment.
-- Why:    only minima, maxima and newest values over all scans: any order of arrival and any repetition give the same row.
--         A carrier's end of the story (arrived, turned round, lost) wins over the order system's, and an order system's
--         delivery counts no longer once the parcel was lost or carried out again after it.
-- Params: none
create temp table folded_parcel on commit drop as
with scanned as (
  select shipment_id,
         min(occurred_at) filter (where is_hand_over) as picked_up_at,
         min(occurred_at) filter (where is_arrival) as delivered_at,
         max(occurred_at) filter (where step = 'out_for_delivery' and not is_way_back) as out_for_delivery_at,
         max(occurred_at) filter (where step = 'attempt_failed' and not is_way_back) as attempt_failed_at,
         count(distinct attempt) as attempts,
         max(occurred_at) filter (where step = 'held_at_location' and not is_way_back) as held_at,
         min(turned_at) as returned_at,
         greatest(max(occurred_at) filter (where step = 'lost'), max(undone_at)) as undone_at,
         max(occurred_at) filter (where is_open_problem) as problem_at,
         (array_agg(coalesce(reason, step) order by occurred_at desc, step desc, reason)
            filter (where is_open_problem))[1] as problem,
         (array_agg(eta_on order by occurred_at desc, recorded_at desc nulls last, eta_on desc)
            filter (where eta_on is not null))[1] as eta_on
  from parcel_story
  group by shipment_id
)
select s.shipment_id, s.order_id, s.recipient_no, s.carrier, s.tracking_number,
       coalesce(r.region, o.ship_to_region) as region, l.region as origin_region,
       s.shipped_at as oms_shipped_at, s.delivered_at as oms_delivered_at,
       e.picked_up_at as carrier_picked_up_at, e.delivered_at as carrier_delivered_at,
       coalesce(least(s.shipped_at, e.picked_up_at), s.delivered_at) as shipped_at,
       e.out_for_delivery_at, e.attempt_failed_at, coalesce(e.attempts, 0) as attempts, e.held_at,
       case when e.returned_at is null
            then coalesce(e.delivered_at, case when e.undone_at is null or s.delivered_at > e.undone_at then s.delivered_at end) end as delivered_at,
       e.returned_at, e.problem_at, e.problem, e.eta_on, s.promised_on
from order_to_fold
join orders o using (order_id)
join shipments s using (order_id)
left join scanned e using (shipment_id)
left join recipients r on r.order_id = s.order_id and r.recipient_no = s.recipient_no
left join locations l on l.location_id = coalesce(s.location_id, o.location_id)
