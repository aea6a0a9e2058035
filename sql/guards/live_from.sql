-- Who:    the instant a person allowed messages from, null before go-live.
-- Params: none
select max(from_at) from go_live
