-- Who:    parcels whose fold differs from what is stored.
-- Grain:  shipment. Result: orders touched.
-- Effect: one history row per changed parcel; a parcel that folds to itself writes nothing.
-- Params: none
with changed as (
  select f.*
  from folded_parcel f
  left join parcel p using (shipment_id)
  where p.shipment_id is null
     or (f.order_id, f.recipient_no, f.carrier, f.tracking_number, f.region, f.origin_region, f.oms_shipped_at, f.oms_delivered_at,
         f.carrier_picked_up_at, f.carrier_delivered_at, f.shipped_at, f.out_for_delivery_at, f.attempt_failed_at, f.attempts, f.held_at,
         f.delivered_at, f.returned_at, f.problem_at, f.problem, f.eta_on, f.promised_on)
        is distinct from
        (p.order_id, p.recipient_no, p.carrier, p.tracking_number, p.region, p.origin_region, p.oms_shipped_at, p.oms_delivered_at,
         p.carrier_picked_up_at, p.carrier_delivered_at, p.shipped_at, p.out_for_delivery_at, p.attempt_failed_at, p.attempts, p.held_at,
         p.delivered_at, p.returned_at, p.problem_at, p.problem, p.eta_on, p.promised_on)
), written as (
  insert into parcel as p (
    shipment_id, order_id, recipient_no, carrier, tracking_number, region, origin_region, oms_shipped_at, oms_delivered_at,
    carrier_picked_up_at, carrier_delivered_at, shipped_at, out_for_delivery_at, attempt_failed_at, attempts, held_at,
    delivered_at, returned_at, problem_at, problem, eta_on, promised_on)
  select shipment_id, order_id, recipient_no, carrier, tracking_number, region, origin_region, oms_shipped_at, oms_delivered_at,
         carrier_picked_up_at, carrier_delivered_at, shipped_at, out_for_delivery_at, attempt_failed_at, attempts, held_at,
         delivered_at, returned_at, problem_at, problem, eta_on, promised_on
  from changed
  on conflict (shipment_id) do update set
    (order_id, recipient_no, carrier, tracking_number, region, origin_region, oms_shipped_at, oms_delivered_at,
     carrier_picked_up_at, carrier_delivered_at, shipped_at, out_for_delivery_at, attempt_failed_at, attempts, held_at,
     delivered_at, returned_at, problem_at, problem, eta_on, promised_on, from_load) =
    (excluded.order_id, excluded.recipient_no, excluded.carrier, excluded.tracking_number, excluded.region, excluded.origin_region,
     excluded.oms_shipped_at, excluded.oms_delivered_at, excluded.carrier_picked_up_at, excluded.carrier_delivered_at,
     excluded.shipped_at, excluded.out_for_delivery_at, excluded.attempt_failed_at, excluded.attempts, excluded.held_at, excluded.delivered_at,
     excluded.returned_at, excluded.problem_at, excluded.problem, excluded.eta_on, excluded.promised_on, current_load())
  returning p.order_id
), touched as (
  insert into touched_order (load_id, order_id)
  select distinct current_load(), order_id from written
  on conflict do nothing
)
select count(*) from written
