-- Who:    the next load.
-- Grain:  one row, its load_id. Callers hold load/lock_loads, so max + 1 has no rival.
-- Params: kind, run_id, as_of
insert into load (load_id, kind, run_id, as_of)
select coalesce(max(load_id), 0) + 1, :kind, :run_id, :as_of from load
returning load_id
