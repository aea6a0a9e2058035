-- Who:    every feed and whether what needs it may be decided.
-- Grain:  feed.
-- Params: none
select feed, state, reason, newest_row_at, rows_read from feed order by feed
