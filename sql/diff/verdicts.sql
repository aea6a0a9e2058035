-- Who:    what was said of these candidates.
-- Grain:  touchpoint x subject; without a row where the due file has none.
-- Params: touchpoints, subjects
select c.touchpoint, c.subject_id, coalesce(c.reason, c.verdict) as reason, c.due_at
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) asked (touchpoint, subject_id)
join candidate c using (touchpoint, subject_id)
