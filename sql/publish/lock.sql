-- Effect: pages are published, and addresses revoked, by one at a time; held until the transaction ends.
-- Params: none
select pg_advisory_xact_lock(hashtext(current_schema() || '.publish'))
