-- Effect: an approved plan ends. No row: it was not approved, or is lifted already.
-- Params: plan_id, operator, as_of, words
update notice
set state = 'lifted', lifted_by = :operator, lifted_at = clock_timestamp(), lifted_as_of = :as_of, lift_words = cast(:words as jsonb),
    from_load = current_load()
where plan_id = :plan_id and state = 'approved'
