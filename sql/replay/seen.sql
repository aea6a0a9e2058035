-- Who:    what is committed now: the ledger a decision looks at.
-- Params: none
select cast(pg_current_snapshot() as text)
