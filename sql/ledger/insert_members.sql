-- Who:    the messages of a sealed batch, in the order of its bytes.
-- Params: batch_id, touchpoints, subjects
insert into batch_member (batch_id, position, touchpoint, subject_id)
select :batch_id, place - 1, touchpoint, subject_id
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) with ordinality n (touchpoint, subject_id, place)
