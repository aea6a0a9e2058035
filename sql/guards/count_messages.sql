-- Who:    how many messages the ledger knows: only ever grows.
-- Params: none
select count(*) from message
