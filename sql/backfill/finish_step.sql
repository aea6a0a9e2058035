-- Effect: a step is done.
-- Params: backfill_id, until_at, counts
insert into backfill_step (backfill_id, until_at, counts) values (:backfill_id, :until_at, cast(:counts as jsonb))
