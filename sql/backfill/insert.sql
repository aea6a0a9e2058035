-- Effect: a backfill as it was asked for; one of this id stays as it is.
-- Params: backfill_id, mode, request, rules, state, plan_hash, summary, operator, as_of, expiry_seconds
insert into backfill (backfill_id, mode, request, rules, state, plan_hash, summary, operator, as_of, expires_at)
values (:backfill_id, :mode, cast(:request as jsonb), :rules, :state, :plan_hash, cast(:summary as jsonb), :operator, :as_of,
        clock_timestamp() + make_interval(secs => cast(:expiry_seconds as float8)))
on conflict (backfill_id) do nothing
