-- Effect: of the candidates these alone.
-- Params: touchpoints, subjects
delete from candidate
where (touchpoint, subject_id) not in (select * from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])))
