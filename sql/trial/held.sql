-- Who:    messages of a trial that do not leave now: those that wait, and those that are too late for their news.
-- Grain:  touchpoint x reason, most of them first.
-- Params: none
select touchpoint, reason, count(*) as n
from (
  select touchpoint, reason from waiting
  union all
  select touchpoint, coalesce(reason, state) from message where state in ('expired', 'approval', 'held_out', 'cancelled', 'rejected', 'parked')
) held
group by 1, 2
order by n desc, touchpoint, reason
