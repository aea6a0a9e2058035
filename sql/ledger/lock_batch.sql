-- Who:    one batch, if it still stands where the caller saw it.
-- Grain:  at most one row, locked.
-- Params: batch_id, fence, state
select batch_id from batch where batch_id = :batch_id and fence = :fence and state = :state for update skip locked
