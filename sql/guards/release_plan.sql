-- Who:    one look at what waits, and what was decided of it. Locked: two people decide one after the other.
-- Grain:  plan; none where it is unknown.
-- Params: plan_id
select plan_id, act, touchpoint, reason, why, operator, as_of, shown_at, decision, decided_by
from release_plan where plan_id = :plan_id for update
