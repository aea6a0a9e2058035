-- Who:    the newest load an earlier fold has seen to; 0 before the first.
-- Params: none
select coalesce(max(load_id), 0) from load where kind = 'fold' and load_id < current_load()
