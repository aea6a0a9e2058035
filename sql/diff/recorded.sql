-- Who:    messages these runs decided, as recorded.
-- Grain:  touchpoint x subject.
-- Params: runs, touchpoints
select touchpoint, subject_id from decided_message
where run_id = any(cast(:runs as text[])) and touchpoint = any(cast(:touchpoints as text[])) and state in ('planned', 'approval')
