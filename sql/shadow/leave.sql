-- Effect: what the shadow planned counts as sent in its hour.
-- Params: run_id
update message set state = 'accepted' where run_id = :run_id and state = 'planned'
