-- Who:    subjects this step marked.
-- Grain:  touchpoint.
-- Params: run_id
select touchpoint, count(*) as n from message where run_id = :run_id group by touchpoint order by touchpoint
