-- Who:    what waits already: the hours send it when it may leave.
-- Params: none
update candidate c set verdict = 'waiting', reason = 'waits:' || w.reason
from waiting w
where c.verdict is null and w.touchpoint = c.touchpoint and w.subject_id = c.subject_id
