-- Who:    planned messages of one channel and class, best first.
-- Grain:  message. Its outbox and ledger rows stay locked until the transaction ends; what another worker holds is skipped.
-- Why:    the ledger row is locked too, so that nobody cancels a message between its checks and its seal.
-- Params: channel, class, touchpoints_left_out, touchpoints_deferred, subjects_deferred, limit
select o.touchpoint, o.subject_id
from outbox o join message m using (touchpoint, subject_id)
where o.channel = :channel and o.class = :class and m.state = 'planned'
  and (o.not_before_at is null or o.not_before_at <= clock_timestamp())
  and not is_stopped(o.touchpoint, o.channel)
  and o.touchpoint <> all(cast(:touchpoints_left_out as text[]))
  and not exists (select from unnest(cast(:touchpoints_deferred as text[]), cast(:subjects_deferred as text[])) d (touchpoint, subject_id)
                  where d.touchpoint = o.touchpoint and d.subject_id = o.subject_id)
order by o.priority desc, o.due_at, o.touchpoint, o.subject_id
limit :limit
for update of o, m skip locked
