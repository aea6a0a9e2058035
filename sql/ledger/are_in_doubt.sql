-- Who:    whether any batch is without proof either way, or was posted by a worker whose lease ended.
-- Grain:  one row.
-- Params: none
select exists (select from batch where state = 'unknown' or (state = 'posting' and lease_until < clock_timestamp()))
