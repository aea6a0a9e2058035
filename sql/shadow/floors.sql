-- Who:    where the touchpoints of a shadow begin.
-- Grain:  touchpoint.
-- Params: touchpoints
select touchpoint, max(floor_at) as floor_at from touchpoint_floor where touchpoint = any(cast(:touchpoints as text[])) group by touchpoint
