-- Who:    the messages a run planned, by where they are now.
-- Grain:  state.
-- Params: run_id
select state, count(*) as n from message where run_id = :run_id and not seed group by state order by state
