-- Effect: a plan as it was previewed.
-- Params: plan_id, kind, request, words, plan_hash, summary, state, operator, as_of, decided_as_of, expiry_seconds
insert into notice (plan_id, kind, request, words, plan_hash, summary, state, operator, as_of, decided_as_of, expires_at)
values (:plan_id, :kind, cast(:request as jsonb), cast(:words as jsonb), :plan_hash, cast(:summary as jsonb), :state, :operator, :as_of,
        :decided_as_of, clock_timestamp() + make_interval(secs => cast(:expiry_seconds as float8)))
