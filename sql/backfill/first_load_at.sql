-- Who:    the business time of the first load: nothing was recorded before it.
-- Params: none
select min(as_of) from load
