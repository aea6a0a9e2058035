-- Who:    whether the ledger knows any message.
-- Params: none
select exists (select from message)
