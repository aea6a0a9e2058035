-- Who:    messages of a plan that still wait and are worth sending: planned, and on the work list. The claim asks the rest again.
-- Grain:  message.
-- Params: plan_id, as_of, by
with released as (
  update message m set state = 'planned', reason = 'released by ' || :by, state_at = :as_of
  from release_member r
  where r.plan_id = :plan_id and m.touchpoint = r.touchpoint and m.subject_id = r.subject_id
    and m.state = 'approval' and m.valid_until > :as_of
  returning m.touchpoint, m.subject_id, m.channel, m.class, m.priority, m.due_at
), listed as (
  insert into outbox (touchpoint, subject_id, channel, class, priority, due_at)
  select touchpoint, subject_id, channel, class, priority, due_at from released
  on conflict do nothing
)
select touchpoint, subject_id from released
