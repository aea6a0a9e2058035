-- Effect: what waits for approval now, and is worth sending, is what this plan shows.
-- Params: plan_id, touchpoint, reason, as_of
insert into release_member (plan_id, touchpoint, subject_id)
select :plan_id, touchpoint, subject_id
from message
where state = 'approval' and valid_until > :as_of
  and (cast(:touchpoint as text) is null or touchpoint = :touchpoint) and (cast(:reason as text) is null or reason = :reason)
