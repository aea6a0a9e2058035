-- Who:    parked messages still worth sending that a person wants sent, once more if need be: planned, and on the work list.
-- Params: touchpoint, as_of, by
with again as (
  update message set state = 'planned', reason = 'planned again by ' || :by, state_at = :as_of, batch_id = null
  where state = 'parked' and valid_until > :as_of and (cast(:touchpoint as text) is null or touchpoint = :touchpoint)
  returning touchpoint, subject_id, channel, class, priority, due_at
)
insert into outbox (touchpoint, subject_id, channel, class, priority, due_at)
select touchpoint, subject_id, channel, class, priority, due_at from again
