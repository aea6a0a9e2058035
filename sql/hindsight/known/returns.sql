-- Who:    rows of returns of the late orders as we know them now: the newest version known then, or brought by a late fact.
-- Grain:  return_id.
-- Params: load_id
select * from (
  select distinct on (v.return_id) v.*
  from (select e.* from returns_ever e join late_order using (order_id)) v
  where v.from_load <= :load_id or exists (select from late_fact f where f.feed = 'returns' and f.fact = v.return_id and f.load_id = v.from_load)
  order by v.return_id, v.from_load desc
) k
where k.to_load is null or k.to_load > :load_id
