-- Floors as a run found them, those it set itself among them: not those a later run set, nor where a backfill moved one since.
create or replace view {ns}_asof.touchpoint_floor as
select f.touchpoint, f.subject_format, coalesce(m.from_at, f.floor_at) as floor_at, f.set_by, f.set_at
from {ns}.touchpoint_floor f
left join lateral (
  select from_at from {ns}.floor_move m
  where m.touchpoint = f.touchpoint and m.subject_format = f.subject_format and not {ns}_asof.was_seen(m.xact, m.load_id)
  order by move_id limit 1
) m on true
where not exists (select from {ns}.run r where r.run_id = f.set_by and r.load_id > {ns}.as_of_load());
