-- Who:    planned messages of one channel and class, best first.
-- Grain:  message. Its outbox and ledger rows stay locked until the transaction ends; what another worker holds is skipped.
-- Why:    the ledger row is locked too, so that nobody cancels a message between its checks and its seal. The work list is cut to
--         the limit before the ledger is asked, or every claim would sort all that is planned.
-- Params: channel, class, touchpoints_left_out, touchpoints_deferred, subjects_deferred, limit
with best as materialized (
  select o.touchpoint, o.subject_id, o.priority, o.due_at
  from outbox o
  where o.channel = :channel and o.class = :class
    and (o.not_before_at is null or o.not_before_at <= clock_timestamp())
    and not is_stopped(o.touchpoint, o.channel)
    and o.touchpoint <> all(cast(:touchpoints_left_out as text[]))
    and not exists (select from unnest(cast(:touchpoints_deferred as text[]), cast(:subjects_deferred as text[])) d (touchpoint, subject_id)
                    where d.touchpoint = o.touchpoint and d.subject_id = o.subject_id)
  order by o.priority desc, o.due_at, o.touchpoint, o.subject_id
  limit :limit
  for update skip locked
)
select b.touchpoint, b.subject_id
from best b join message m using (touchpoint, subject_id)
where m.state = 'planned'
order by b.priority desc, b.due_at, b.touchpoint, b.subject_id
for update of m skip locked
