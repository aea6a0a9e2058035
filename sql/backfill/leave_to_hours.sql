-- Who:    what the hours send by themselves: what waits already, and what falls due after the last hour that decided its touchpoint.
-- Why:    sent early it would take, under the caps, the place of what the next hour chooses.
-- Params: none
update candidate c set verdict = 'waiting', reason = coalesce('waits:' || h.waits, 'next_hour')
from (
  select k.touchpoint, k.subject_id, w.reason as waits
  from candidate k
  left join waiting w using (touchpoint, subject_id)
  left join touchpoint_window t using (touchpoint)
  where k.verdict is null and (w.subject_id is not null or k.due_at > t.decided_until)
) h
where c.touchpoint = h.touchpoint and c.subject_id = h.subject_id
