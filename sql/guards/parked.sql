-- Who:    messages of unknown outcome that nobody could settle: they may have been sent or not.
-- Grain:  touchpoint x reason.
-- Params: as_of
select touchpoint, reason, count(*) as n, count(*) filter (where valid_until > :as_of) as worth_sending
from message where state = 'parked' group by touchpoint, reason order by touchpoint, reason
