-- Effect: the floor of a draft rises with every run: what was due while it was a draft is not sent when it goes live.
-- Params: touchpoints, as_of, set_by
update touchpoint_floor set floor_at = :as_of, set_by = :set_by, set_at = clock_timestamp()
where touchpoint = any(cast(:touchpoints as text[])) and floor_at < :as_of
