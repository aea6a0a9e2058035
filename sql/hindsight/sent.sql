-- Who:    messages the ledger has, of any run.
-- Grain:  touchpoint x subject.
-- Params: touchpoints, subjects
select m.touchpoint, m.subject_id, m.planned_at, m.state
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) t (touchpoint, subject_id)
join message m using (touchpoint, subject_id)
