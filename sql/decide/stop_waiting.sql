-- Who:    what waited and no longer does: it leaves, ended, or is not due any more. Only touchpoints decided in this run.
-- Params: touchpoints
delete from waiting w
where w.touchpoint = any(:touchpoints)
  and not exists (select from candidate c where c.touchpoint = w.touchpoint and c.subject_id = w.subject_id and c.verdict = 'waiting')
