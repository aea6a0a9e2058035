-- Who:    the messages planned just now, onto the claim's work list.
-- Params: run_id
insert into outbox (touchpoint, subject_id, channel, class, priority, due_at)
select touchpoint, subject_id, channel, class, priority, due_at
from message
where run_id = :run_id and state = 'planned' and (touchpoint, subject_id) in (select touchpoint, subject_id from candidate)
on conflict do nothing
