-- Who:    candidates that are no members of the plan: they are not asked about.
-- Params: backfill_id
delete from candidate c
where not exists (select from backfill_member m where m.backfill_id = :backfill_id and m.touchpoint = c.touchpoint and m.subject_id = c.subject_id)
