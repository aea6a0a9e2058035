-- Who:    what waited and has its ledger row now.
-- Params: run_id
delete from waiting w using message m
where m.run_id = :run_id and m.touchpoint = w.touchpoint and m.subject_id = w.subject_id
