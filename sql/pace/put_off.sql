-- Who:    planned messages that may not leave yet, each for so many seconds.
-- Params: touchpoints, subjects, seconds
update outbox o
set not_before_at = clock_timestamp() + make_interval(secs => n.seconds)
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[]), cast(:seconds as float8[])) n (touchpoint, subject_id, seconds)
where o.touchpoint = n.touchpoint and o.subject_id = n.subject_id
