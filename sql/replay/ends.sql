-- Who:    messages this run ended because they stopped being true, or nobody released them in time.
-- Grain:  touchpoint x subject.
-- Params: run_id
select touchpoint, subject_id, reason from decided_end where run_id = :run_id
