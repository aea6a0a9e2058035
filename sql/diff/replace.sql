-- Effect: of these hours, what these touchpoints decided is decided anew.
-- Params: runs, touchpoints
insert into replaced (run_id, touchpoint)
select run_id, touchpoint from unnest(cast(:runs as text[])) r (run_id) cross join unnest(cast(:touchpoints as text[])) t (touchpoint)
