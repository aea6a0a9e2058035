-- Who:    all messages of a batch that are in one of the states named.
-- Params: batch_id, state, reason, from_states, as_of
update message m
set state = :state, reason = :reason, state_at = :as_of
from batch_member b
where b.batch_id = :batch_id and m.touchpoint = b.touchpoint and m.subject_id = b.subject_id and m.batch_id = b.batch_id
  and m.state = any(cast(:from_states as text[]))
