-- Who:    open messages whose state, work list and batch do not agree. Empty, always.
-- Grain:  touchpoint x kind.
-- Params: none
select touchpoint, kind, count(*) as n
from (
  select m.touchpoint, 'planned without a place on the work list' as kind
  from message m left join outbox o using (touchpoint, subject_id)
  where m.state = 'planned' and o.subject_id is null
  union all
  select o.touchpoint, 'on the work list but not planned'
  from outbox o left join message m using (touchpoint, subject_id)
  where m.state is distinct from 'planned'
  union all
  select m.touchpoint, 'message and batch differ'
  from message m left join batch b using (batch_id)
  where m.state in ('sealed', 'posting', 'unknown') and b.state is distinct from m.state
  union all
  select m.touchpoint, 'open batch holds a message that left it'
  from batch b join batch_member n using (batch_id) join message m using (touchpoint, subject_id)
  where b.state in ('sealed', 'posting', 'unknown') and (m.batch_id is distinct from b.batch_id or m.state <> b.state)
) found
group by touchpoint, kind
order by touchpoint, kind
