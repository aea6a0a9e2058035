-- Who:    steps that are done, with what they found.
-- Grain:  step.
-- Params: backfill_id
select until_at, counts from backfill_step where backfill_id = :backfill_id order by until_at
