-- Effect: an undecided send with this hash, in time, is decided. No row: somebody or something was before.
-- Params: backfill_id, plan_hash, state, operator
update backfill set state = :state, ended_by = :operator, ended_at = clock_timestamp()
where backfill_id = :backfill_id and plan_hash = :plan_hash and state = 'previewed' and expires_at > clock_timestamp()
