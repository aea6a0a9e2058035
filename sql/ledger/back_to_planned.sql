-- Who:    what is still open of a batch that is given up: planned again, on the work list again, counted all the while.
-- Params: batch_id, reason, retry_seconds, as_of
with back as (
  update message m
  set state = 'planned', reason = :reason, state_at = :as_of, batch_id = null
  from batch_member b
  where b.batch_id = :batch_id and m.touchpoint = b.touchpoint and m.subject_id = b.subject_id and m.batch_id = b.batch_id
    and m.state in ('sealed', 'posting', 'unknown')
  returning m.touchpoint, m.subject_id, m.channel, m.class, m.priority, m.due_at
)
insert into outbox (touchpoint, subject_id, channel, class, priority, due_at, not_before_at)
select touchpoint, subject_id, channel, class, priority, due_at, clock_timestamp() + make_interval(secs => cast(:retry_seconds as float8))
from back
