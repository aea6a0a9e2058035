-- Who:    touchpoints whose floors do not say how long their messages are valid: from now on they do.
-- Params: touchpoints, valid_hours
update touchpoint_floor f set valid_for_hours = t.hours
from unnest(cast(:touchpoints as text[]), cast(:valid_hours as integer[])) t (touchpoint, hours)
where f.touchpoint = t.touchpoint and f.valid_for_hours is null
