-- Who:    the members of a batch, each with what the provider said.
-- Params: batch_id, touchpoints, subjects, outcomes, provider_ids
update batch_member b
set outcome = n.outcome, provider_id = n.provider_id
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[]), cast(:outcomes as text[]), cast(:provider_ids as text[]))
     n (touchpoint, subject_id, outcome, provider_id)
where b.batch_id = :batch_id and b.touchpoint = n.touchpoint and b.subject_id = n.subject_id
