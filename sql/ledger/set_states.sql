-- Who:    messages, each to a state of its own.
-- Effect: only from the states named; a message that moved on stays where it is.
-- Params: touchpoints, subjects, states, reasons, from_states, as_of
update message m
set state = n.state, reason = n.reason, state_at = :as_of
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[]), cast(:states as text[]), cast(:reasons as text[]))
     n (touchpoint, subject_id, state, reason)
where m.touchpoint = n.touchpoint and m.subject_id = n.subject_id and m.state = any(cast(:from_states as text[]))
