-- Who:    every open hold.
-- Params: by
update hold set resumed_at = clock_timestamp(), resumed_by = :by where resumed_at is null
