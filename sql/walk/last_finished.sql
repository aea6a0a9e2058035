-- Who:    business time of the last run that was done to its last step; null before the first.
-- Params: none
select max(as_of) from run where finished_at is not null and not is_express
