-- Who:    business time of the last good run, null before the first.
-- Params: none
select max(as_of) from run
