-- Effect: predictions as they are now; what arrived or can no longer be compared is gone.
-- Grain:  one row: how many changed.
-- Params: none
with written as (
  insert into prediction as p (shipment_id, early_on, late_on, p_late, n, level)
  select shipment_id, early_on, late_on, p_late, n, level from forecast
  on conflict (shipment_id) do update set
    (early_on, late_on, p_late, n, level, from_load) =
    (excluded.early_on, excluded.late_on, excluded.p_late, excluded.n, excluded.level, current_load())
  where (p.early_on, p.late_on, p.level) is distinct from (excluded.early_on, excluded.late_on, excluded.level)
     or (p.p_late >= 0.8) is distinct from (excluded.p_late >= 0.8)
  returning 1
), gone as (
  delete from prediction p where not exists (select from forecast f where f.shipment_id = p.shipment_id)
  returning 1
)
select (select count(*) from written) + (select count(*) from gone)
