-- Who:    candidates left by an earlier question of this transaction.
-- Params: none
delete from candidate
