-- Effect: an undecided plan with this hash, in time, is decided. No row: somebody or something was before.
-- Params: plan_id, plan_hash, state, operator, as_of
update notice
set state = :state, decided_by = :operator, decided_at = clock_timestamp(), decided_as_of = :as_of, from_load = current_load()
where plan_id = :plan_id and plan_hash = :plan_hash and state = 'previewed' and expires_at > clock_timestamp()
