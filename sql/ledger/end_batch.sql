-- Who:    a batch whose outcome is known, or that is dissolved or in doubt.
-- Effect: nothing unless batch, fence and state are those the caller saw: a late worker cannot overwrite a newer one.
-- Params: batch_id, fence, from_state, state, outcome
update batch
set state = :state, lease_until = null, outcome = cast(:outcome as jsonb)
where batch_id = :batch_id and fence = :fence and state = :from_state
