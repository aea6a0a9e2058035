-- Who:    which order each decision of this run is about, in the record or again.
-- Grain:  touchpoint x subject.
-- Params: run_id
select touchpoint, subject_id, order_id, state from decided_message where run_id = :run_id
union all
select touchpoint, subject_id, order_id, coalesce(verdict, 'planned') from candidate c
where not exists (select from decided_message m where m.run_id = :run_id and m.touchpoint = c.touchpoint and m.subject_id = c.subject_id)
