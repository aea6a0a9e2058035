-- Who:    what is above the most a send may hold: the owed first, then by priority, then the oldest.
-- Params: most
update candidate c set verdict = 'dropped', reason = 'over_most'
from (
  select touchpoint, subject_id, row_number() over (order by class <> 'T', class desc, priority desc, due_at, touchpoint, subject_id) as place
  from candidate where verdict is null
) r
where r.place > :most and r.touchpoint = c.touchpoint and r.subject_id = c.subject_id
