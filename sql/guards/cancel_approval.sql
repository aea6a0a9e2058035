-- Who:    messages of a plan that still wait, and that a person does not want sent.
-- Params: plan_id, as_of, by
update message m set state = 'cancelled', reason = 'cancelled by ' || :by, state_at = :as_of
from release_member r
where r.plan_id = :plan_id and m.touchpoint = r.touchpoint and m.subject_id = r.subject_id and m.state = 'approval'
