-- Who:    candidates that nothing stops for good, of all chunks of a window. Their rows end with the transaction.
-- Params: none
create temp table if not exists kept_candidate (like candidate including all) on commit delete rows
