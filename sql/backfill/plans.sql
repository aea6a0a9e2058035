-- Who:    backfills, newest first. A send nobody decided in time reads `expired`.
-- Grain:  backfill.
-- Params: backfill_id
select backfill_id, mode, request, rules, plan_hash, summary, operator, as_of, opened_at, expires_at, read_at, ended_by, ended_at,
       case when state = 'previewed' and expires_at <= clock_timestamp() then 'expired' else state end as state
from backfill
where cast(:backfill_id as text) is null or backfill_id = :backfill_id
order by opened_at desc, backfill_id
