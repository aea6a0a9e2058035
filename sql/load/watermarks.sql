-- Who:    feeds that were read before.
-- Grain:  feed.
-- Params: none
select feed, watermark_at from feed where watermark_at is not null
