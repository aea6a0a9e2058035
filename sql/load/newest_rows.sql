-- Who:    feeds met before, with the newest business instant they ever showed.
-- Grain:  feed.
-- Params: none
select feed, newest_row_at from feed where newest_row_at is not null
