-- Who:    loads, one after another: ids are monotone in commit order.
-- Effect: holds the lock until the transaction ends.
-- Params: none
select pg_advisory_xact_lock(hashtext(current_schema() || '.load'))
