-- Effect: which members a digest told, as this version would have it.
-- Params: none
create temporary view covers as
select * from own_covers
union all
select c.* from recorded_covers c
where not exists (select from own_covers o where o.touchpoint = c.touchpoint and o.member = c.member)
  and not exists (select from recorded_message r join replaced a using (run_id, touchpoint)
                  where r.touchpoint = c.touchpoint and r.subject_id = c.subject_id)
