-- Who:    floors: a touchpoint of a shadow begins where the shadow does, unless it began before.
-- Params: none
select touchpoint, subject_format, floor_at from {live}_asof.touchpoint_floor
where touchpoint <> all(cast(current_setting('todoke.shadow_touchpoints') as text[]))
union all
select t.touchpoint, '', least(cast(current_setting('todoke.shadow_from') as timestamptz), f.floor_at)
from unnest(cast(current_setting('todoke.shadow_touchpoints') as text[])) t (touchpoint)
left join (select touchpoint, max(floor_at) as floor_at from {live}_asof.touchpoint_floor group by touchpoint) f using (touchpoint)
