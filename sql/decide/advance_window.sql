-- Who:    touchpoints decided in this run: the next one begins where this ended.
-- Params: touchpoints, as_of, load_id
insert into touchpoint_window as w (touchpoint, decided_until, decided_load)
select unnest(cast(:touchpoints as text[])), :as_of, :load_id
on conflict (touchpoint) do update
set decided_until = greatest(w.decided_until, excluded.decided_until), decided_load = greatest(w.decided_load, excluded.decided_load)
