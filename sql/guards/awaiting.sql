-- Who:    messages that wait for a person's approval.
-- Grain:  touchpoint x reason.
-- Params: none
select touchpoint, class, reason, count(*) as n, min(planned_at) as oldest_at, min(valid_until) as first_too_late_at
from message where state = 'approval' group by touchpoint, class, reason order by touchpoint, reason
