-- Who:    what each of these touchpoints has not decided yet.
-- Grain:  touchpoint. since never lies below the floor.
-- Params: touchpoints, as_of
select t.touchpoint, least(:as_of, greatest(w.decided_until, f.floor_at)) as since, coalesce(w.decided_load, 0) as after_load, f.floor_at
from unnest(cast(:touchpoints as text[])) t (touchpoint)
left join touchpoint_window w using (touchpoint)
join (select touchpoint, max(floor_at) as floor_at from touchpoint_floor group by touchpoint) f using (touchpoint)
