-- Who:    messages waiting for approval that a person does not want sent.
-- Params: touchpoint, reason, as_of, by
update message set state = 'cancelled', reason = 'cancelled by ' || :by, state_at = :as_of
where state = 'approval'
  and (cast(:touchpoint as text) is null or touchpoint = :touchpoint) and (cast(:reason as text) is null or reason = :reason)
