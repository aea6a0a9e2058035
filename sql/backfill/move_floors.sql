-- Effect: these touchpoints begin here from now on, whether that is earlier or later than before.
-- Grain:  touchpoint x subject format that moved.
-- Params: backfill_id, touchpoints, floor_at
with moved as (
  insert into floor_move (backfill_id, touchpoint, subject_format, from_at, to_at)
  select :backfill_id, touchpoint, subject_format, floor_at, :floor_at
  from touchpoint_floor where touchpoint = any(cast(:touchpoints as text[])) and floor_at <> :floor_at
  returning touchpoint, subject_format, from_at
)
update touchpoint_floor f set floor_at = :floor_at, set_by = :backfill_id, set_at = clock_timestamp()
from moved m
where m.touchpoint = f.touchpoint and m.subject_format = f.subject_format
returning f.touchpoint, m.from_at, f.floor_at
