-- Who:    business time of the newest load, where no hour was decided yet.
-- Params: none
select as_of from load order by load_id desc limit 1
