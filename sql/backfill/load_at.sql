-- Who:    the newest load of that time; null before the first.
-- Params: at
select max(load_id) from load where as_of <= :at
