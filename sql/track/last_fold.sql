-- Who:    the newest load an earlier fold has seen to (0 before the first), and the business time it looked from.
-- Grain:  one row.
-- Params: none
select coalesce(max(load_id), 0) as load_id, max(as_of) as as_of from load where kind = 'fold' and load_id < current_load()
