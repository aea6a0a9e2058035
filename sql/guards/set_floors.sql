-- Who:    touchpoints deciding for the first time under this name and subject format.
-- Effect: nothing anchored before the floor is ever planned (invariant 11). Known floors stay.
-- Params: touchpoints, formats, floor_at, set_by
insert into touchpoint_floor (touchpoint, subject_format, floor_at, set_by)
select t.touchpoint, t.subject_format, :floor_at, :set_by
from unnest(cast(:touchpoints as text[]), cast(:formats as text[])) t (touchpoint, subject_format)
on conflict (touchpoint, subject_format) do nothing
