-- Who:    feeds that were loaded: their next read begins at this run's as_of, less an overlap.
-- Grain:  feed.
-- Params: feeds, as_of
update feed set watermark_at = greatest(watermark_at, :as_of) where feed = any(:feeds)
