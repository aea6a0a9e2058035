-- Who:    holds a person has not resumed.
-- Params: none
select kind, detail, opened_at from hold where resumed_at is null order by hold_id
