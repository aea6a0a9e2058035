-- Effect: what a person decided of what they were shown.
-- Params: plan_id, decision, by
update release_plan set decision = :decision, decided_by = :by, decided_at = clock_timestamp()
where plan_id = :plan_id and decision is null
