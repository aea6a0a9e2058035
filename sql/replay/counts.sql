-- Who:    how many decisions the record of one run holds.
-- Params: run_id, touchpoints
select (select count(*) from decided_message where run_id = :run_id) as messages,
       (select count(*) from decided_waiting where touchpoint = any(:touchpoints)) as waiting,
       (select count(*) from decided_end where run_id = :run_id) as ended
