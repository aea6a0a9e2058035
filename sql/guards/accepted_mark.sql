-- Who:    the highest mark a person resumed from, knowing that the ledger holds less; 0 without.
-- Why:    the mark outside the database is never lowered, so one restored backup would hold every run after it.
-- Params: none
select coalesce(max((detail ->> 'messages')::bigint), 0) from hold where kind = 'high_water' and resumed_at is not null
