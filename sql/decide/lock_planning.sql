-- Who:    planning, one run at a time: caps are counted, then used.
-- Params: none
select pg_advisory_xact_lock(hashtext(current_schema() || '.decide'))
