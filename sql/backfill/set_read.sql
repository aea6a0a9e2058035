-- Effect: the source was read again for this backfill.
-- Params: backfill_id
update backfill set read_at = clock_timestamp() where backfill_id = :backfill_id
