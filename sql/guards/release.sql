-- Who:    messages waiting for approval and still worth sending: planned, and on the work list. The claim asks the rest again.
-- Params: touchpoint, reason, as_of, by
with released as (
  update message set state = 'planned', reason = 'released by ' || :by, state_at = :as_of
  where state = 'approval' and valid_until > :as_of
    and (cast(:touchpoint as text) is null or touchpoint = :touchpoint) and (cast(:reason as text) is null or reason = :reason)
  returning touchpoint, subject_id, channel, class, priority, due_at
)
insert into outbox (touchpoint, subject_id, channel, class, priority, due_at)
select touchpoint, subject_id, channel, class, priority, due_at from released
on conflict do nothing
