-- Who:    touchpoints deciding for the first time under this name and subject format, and those whose messages are valid for longer now.
-- Effect: nothing anchored before the floor is ever planned (invariant 11). Known floors stay; the highest one counts. Where only the
--         validity grew, the floor is what is too late by the old one: what waits and is not stays in reach.
-- Why:    a floor of a time before validities were kept says nothing of them.
-- Params: touchpoints, formats, valid_hours, floor_at, as_of, set_by
with known as (
  select touchpoint, max(valid_for_hours) as hours
  from touchpoint_floor where touchpoint = any(cast(:touchpoints as text[])) group by touchpoint
), declared as (
  select t.touchpoint, t.subject_format, t.hours, f.subject_format is not null as is_known, k.hours as longest
  from unnest(cast(:touchpoints as text[]), cast(:formats as text[]), cast(:valid_hours as integer[])) t (touchpoint, subject_format, hours)
  left join touchpoint_floor f using (touchpoint, subject_format)
  left join known k using (touchpoint)
)
insert into touchpoint_floor (touchpoint, subject_format, floor_at, set_by, valid_for_hours)
select touchpoint, subject_format, cast(:floor_at as timestamptz), :set_by, hours from declared where not is_known
union all
select touchpoint, subject_format || ' for ' || hours || ' h', cast(:as_of as timestamptz) - make_interval(hours => longest), :set_by, hours
from declared where is_known and hours > longest
on conflict (touchpoint, subject_format) do nothing
returning touchpoint, subject_format
