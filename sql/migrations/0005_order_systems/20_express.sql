-- The express lane: a run that decides transactional messages alone, between two hours. What asks for the last hour leaves it out.
alter table run add is_express boolean not null default false;

-- A decision is a load of its own: two lanes decide in turn, no load commits meanwhile, and a replay sees what each of them saw.
alter table load drop constraint load_kind_check;
alter table load add constraint load_kind_check
  check (kind in ('merge', 'fold', 'detect', 'decide', 'erase', 'feedback', 'notice', 'backfill'));
