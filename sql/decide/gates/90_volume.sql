-- Stops:  service and marketing of a touchpoint whose hour is far above the same hour of past weeks; above the ceiling every class.
-- Reason: volume. Class: S, M; T above the ceiling only. Released from the ledger by a person.
-- Why:    a transactional message is owed, so below the ceiling its candidates only carry the figures that raise the alarm (detail).
--         Too few past weeks say nothing; few messages harm nobody.
-- Params: as_of, volume_weeks, volume_weeks_needed, volume_factor, volume_smallest, volume_ceiling
update candidate c
set verdict = case when c.class <> 'T' or h.volume > h.ceiling then 'approval' end,
    reason = case when c.class <> 'T' or h.volume > h.ceiling then 'volume' end,
    detail = jsonb_build_object('volume', h.volume, 'usual', h.usual, 'weeks', h.weeks, 'limit', h.most)
from (
  select n.touchpoint, n.due + coalesce(e.volume, 0) as volume, u.usual, coalesce(u.weeks, 0) as weeks, l.ceiling,
         case when u.weeks >= :volume_weeks_needed
              then least(l.ceiling, greatest(:volume_smallest, cast(:volume_factor as float8) * u.usual)) else l.ceiling end as most
  from (select touchpoint, count(*) as due from candidate where verdict is null group by touchpoint) n
  cross join (select cast(:volume_ceiling as bigint) as ceiling) l
  left join volume_between(:as_of - interval '45 minutes', :as_of) e using (touchpoint)
  left join usual_volume(:as_of, :volume_weeks) u using (touchpoint)
) h
where c.verdict is null and h.touchpoint = c.touchpoint and h.volume > h.most
