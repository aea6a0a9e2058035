-- Who:    messages that are no longer planned: off the work list.
-- Params: touchpoints, subjects
delete from outbox o
using unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) n (touchpoint, subject_id)
where o.touchpoint = n.touchpoint and o.subject_id = n.subject_id
