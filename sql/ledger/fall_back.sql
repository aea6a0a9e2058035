-- Who:    candidates of ledger/fallen that can be reached on another channel: planned there, on the same ledger row, once.
-- Params: as_of, from_state
with moved as (
  update message m
  set state = 'planned', reason = 'fallback: ' || case m.state when 'accepted' then 'bounced' else coalesce(m.reason, '') end, state_at = :as_of, batch_id = null,
      fell_back_from = m.channel, channel = c.channel, address_key = c.address_key
  from candidate c
  where m.touchpoint = c.touchpoint and m.subject_id = c.subject_id and m.state = :from_state and c.channel is not null
    and not exists (select from suppression s where s.address_key = c.address_key and s.scope = 'all')
  returning m.touchpoint, m.subject_id, m.channel, m.class, m.priority, m.due_at
)
insert into outbox (touchpoint, subject_id, channel, class, priority, due_at)
select touchpoint, subject_id, channel, class, priority, due_at from moved
