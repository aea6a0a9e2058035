-- Effect: what customers were last told, as this version would have it.
-- Params: none
create temporary view told as
select * from own_told
union all
select r.* from recorded_told r
where not exists (select from own_told o where o.order_id = r.order_id) and not exists (select from retold e where e.order_id = r.order_id)
