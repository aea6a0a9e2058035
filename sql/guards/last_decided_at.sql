-- Who:    business time of the last hour that was decided, null before the first; a notice is none, nor is an express run.
-- Params: none
select max(as_of) from run where plan_id is null and not is_express
