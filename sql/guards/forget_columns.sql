-- Who:    what is remembered of a feed's columns: the next hour begins anew with those it has.
-- Params: tables
delete from feed_column where table_name = any(cast(:tables as text[]))
