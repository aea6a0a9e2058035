-- Who:    every open pause.
-- Params: by
update pause set resumed_at = clock_timestamp(), resumed_by = :by where resumed_at is null
