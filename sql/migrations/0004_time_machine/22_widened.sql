-- How long a touchpoint's messages were worth sending when its floor was set: a longer time begins with a floor of its own.
alter table touchpoint_floor add valid_for_hours integer;

-- Floors as a run found them, and those it set itself.
create or replace view {ns}_asof.touchpoint_floor as
select f.* from {ns}.touchpoint_floor f
where not exists (select from {ns}.run r where r.run_id = f.set_by and r.load_id > {ns}.as_of_load());
