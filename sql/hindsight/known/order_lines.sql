-- Who:    rows of order_lines of the late orders as we know them now: the newest version known then, or brought by a late fact.
-- Grain:  order_id x line_no.
-- Params: load_id
select * from (
  select distinct on (v.order_id, v.line_no) v.*
  from (select e.* from order_lines_ever e join late_order using (order_id)) v
  where v.from_load <= :load_id or exists (select from late_fact f where f.order_id = v.order_id and f.load_id = v.from_load)
  order by v.order_id, v.line_no, v.from_load desc
) k
where k.to_load is null or k.to_load > :load_id
