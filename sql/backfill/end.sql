-- Effect: an open backfill is done or dropped. No row: it is not open.
-- Params: backfill_id, state, summary, operator
update backfill set state = :state, summary = cast(:summary as jsonb), ended_by = :operator, ended_at = clock_timestamp()
where backfill_id = :backfill_id and state = 'open'
