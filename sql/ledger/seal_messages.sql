-- Who:    the members of a batch just frozen.
-- Params: batch_id, as_of
update message m
set state = 'sealed', reason = null, state_at = :as_of, batch_id = b.batch_id
from batch_member b
where b.batch_id = :batch_id and m.touchpoint = b.touchpoint and m.subject_id = b.subject_id and m.state = 'planned'
