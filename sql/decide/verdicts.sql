-- Who:    how this run's candidates ended.
-- Grain:  touchpoint x verdict x reason.
-- Params: none
select touchpoint, coalesce(verdict, 'planned') as verdict, coalesce(reason, '') as reason, count(*) as n
from candidate group by 1, 2, 3 order by 1, 2, 3
