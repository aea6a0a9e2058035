-- Who:    messages that wait for a person's approval.
-- Grain:  touchpoint x reason.
-- Params: none
select touchpoint, reason, count(*) as n, min(valid_until) as first_too_late_at
from message where state = 'approval' group by touchpoint, reason order by touchpoint, reason
