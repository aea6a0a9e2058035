-- Effect: the planner knows how much is on the work list: taken for nearly empty, it would be sorted whole at every claim.
-- Params: none
analyze outbox
