-- Who:    delays that are new, came back, or tell something else than what is stored.
-- Grain:  order x cause. Result: how many.
-- Why:    changed_at moves with the days told alone: new evidence for the same days is nothing to write a customer about.
-- Params: as_of
with changed as (
  select f.*,
         case when d.order_id is null or d.lifted_at is not null then f.first_seen_at
              when (f.new_from_on, f.new_until_on) is distinct from (d.new_from_on, d.new_until_on) then :as_of
              else d.changed_at end as changed_at
  from found_delay f
  left join delay d using (order_id, cause)
  where d.order_id is null or d.lifted_at is not null
     or (f.shipment_id, f.region, f.evidence, f.first_seen_at, f.new_from_on, f.new_until_on)
        is distinct from (d.shipment_id, d.region, d.evidence, d.first_seen_at, d.new_from_on, d.new_until_on)
), written as (
  insert into delay as d (order_id, cause, shipment_id, region, evidence, first_seen_at, changed_at, new_from_on, new_until_on)
  select order_id, cause, shipment_id, region, evidence, first_seen_at, changed_at, new_from_on, new_until_on
  from changed
  on conflict (order_id, cause) do update set
    (shipment_id, region, evidence, first_seen_at, changed_at, lifted_at, new_from_on, new_until_on, from_load) =
    (excluded.shipment_id, excluded.region, excluded.evidence, excluded.first_seen_at, excluded.changed_at, null,
     excluded.new_from_on, excluded.new_until_on, current_load())
  returning d.order_id
), touched as (
  insert into touched_order (load_id, order_id)
  select distinct current_load(), order_id from written
  on conflict do nothing
)
select count(*) from written
