-- Who:    touchpoints decided now whose hour is far below the same hour of past weeks: nothing to hold, but somebody should look.
-- Grain:  touchpoint.
-- Params: touchpoints, as_of, volume_weeks, volume_weeks_needed, volume_factor, volume_smallest
select u.touchpoint, u.usual, u.weeks, n.due + coalesce(e.volume, 0) as volume
from usual_volume(:as_of, :volume_weeks) u
left join volume_between(:as_of - interval '45 minutes', :as_of) e using (touchpoint)
cross join lateral (
  select count(*) as due from candidate c where c.touchpoint = u.touchpoint and (c.verdict is null or c.reason = 'volume')
) n
where u.touchpoint = any(cast(:touchpoints as text[])) and u.weeks >= :volume_weeks_needed and u.usual >= :volume_smallest
  and (n.due + coalesce(e.volume, 0)) * cast(:volume_factor as float8) < u.usual
order by u.touchpoint
