-- Who:    the newest committed load: what this decision can see.
-- Params: none
select coalesce(max(load_id), 0) from load
