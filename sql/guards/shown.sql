-- Who:    what a plan shows of what waits.
-- Grain:  touchpoint x reason.
-- Params: plan_id
select m.touchpoint, m.class, m.reason, count(*) as n, min(m.planned_at) as oldest_at, min(m.valid_until) as first_too_late_at
from release_member r join message m using (touchpoint, subject_id)
where r.plan_id = :plan_id
group by m.touchpoint, m.class, m.reason order by m.touchpoint, m.reason
