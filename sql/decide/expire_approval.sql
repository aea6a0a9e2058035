-- Who:    messages nobody released while they were worth sending.
-- Params: as_of
update message set state = 'expired', reason = 'too_late', state_at = :as_of
where state = 'approval' and valid_until <= :as_of
