-- Who:    this run, done to the last step.
-- Params: run_id, seconds
update run set finished_at = clock_timestamp(), seconds = cast(:seconds as jsonb) where run_id = :run_id
