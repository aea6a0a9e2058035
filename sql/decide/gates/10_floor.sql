-- Stops:  what is anchored before the touchpoint's first run (invariant 11): a new or renamed touchpoint starts empty-handed.
-- Reason: before_floor. Class: all.
-- Params: none
update candidate c
set verdict = 'dropped', reason = 'before_floor', detail = jsonb_build_object('floor_at', f.floor_at, 'due_at', c.due_at)
from (select touchpoint, max(floor_at) as floor_at from touchpoint_floor group by touchpoint) f
where c.verdict is null and f.touchpoint = c.touchpoint and c.due_at <= f.floor_at
