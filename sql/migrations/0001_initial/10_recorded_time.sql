-- Recorded time: every version of every row a decision reads can be seen again as of any load.
--
-- A mutable table t has an empty parent {ns}_rec.t with two children: the live table {ns}.t and {ns}_rec.t_old, which one
-- statement trigger fills. {ns}_asof.t is a single-table view over the parent, so the same SQL runs on either side.
-- An appended table carries load_id and is never updated.

create schema if not exists {ns}_rec;
create schema if not exists {ns}_asof;

create table load (
  load_id    bigint primary key,
  kind       text not null check (kind in ('merge', 'fold', 'detect', 'erase', 'feedback')),
  run_id     text,
  as_of      timestamptz not null,
  details    jsonb not null default '{}',
  started_at timestamptz not null default clock_timestamp()
);

-- The load this transaction writes under; an error outside a load.
create function current_load() returns bigint language sql stable as
  $$ select current_setting('todoke.load_id')::bigint $$;

-- The load the as-of side looks back to.
create function as_of_load() returns bigint language sql stable as
  $$ select current_setting('todoke.as_of_load')::bigint $$;

-- Business time of the running decision: views cannot take parameters.
create function business_now() returns timestamptz language sql stable as
  $$ select current_setting('todoke.as_of')::timestamptz $$;

create function record_history() returns trigger language plpgsql as $$
declare
  columns text := (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
                   where attrelid = tg_relid and attnum > 0 and not attisdropped and attname not in ('from_load', 'to_load'));
begin
  if tg_op = 'UPDATE' then
    if exists (select from new_rows where from_load is distinct from current_load()) then
      raise exception '%: an update must set from_load = current_load()', tg_table_name;
    end if;
  end if;
  execute format(
    'insert into %I.%I (%s, from_load, to_load) select %s, from_load, current_load() from old_rows where from_load < current_load()',
    tg_table_schema || '_rec', tg_table_name || '_old', columns, columns);
  return null;
end $$;

create function check_inserted() returns trigger language plpgsql as $$
begin
  if exists (select from new_rows where from_load is distinct from current_load()) then
    raise exception '%: rows are written under the current load only', tg_table_name;
  end if;
  return null;
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%: % is refused, its rows are recorded facts', tg_table_name, tg_op;
end $$;

-- Give a table history. Call it after the table's indexes exist: they are repeated on the old rows.
create function keep_history(name text) returns void language plpgsql as $$
declare
  rec text := '{ns}_rec';
  asof text := '{ns}_asof';
  index_sql text;
begin
  execute format('alter table %I add from_load bigint not null, add to_load bigint', name);
  execute format('create table %I.%I (like %I)', rec, name, name);
  execute format('create table %I.%I () inherits (%I.%I)', rec, name || '_old', rec, name);
  execute format('alter table %I inherit %I.%I', name, rec, name);
  execute format('alter table %I alter from_load set default current_load(), add constraint %I check (to_load is null) no inherit', name, name || '_is_live');
  for index_sql in
    select regexp_replace(regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX (\S+) ON \S+', format('CREATE INDEX ON %I.%I', rec, name || '_old')),
                          ' NULLS NOT DISTINCT', '')
    from pg_indexes where schemaname = '{ns}' and tablename = name
  loop
    execute index_sql;
  end loop;
  execute format('create index on %I (from_load)', name);
  execute format('create trigger a_inserted after insert on %I referencing new table as new_rows for each statement execute function check_inserted()', name);
  execute format('create trigger b_updated after update on %I referencing old table as old_rows new table as new_rows for each statement execute function record_history()', name);
  execute format('create trigger c_deleted after delete on %I referencing old table as old_rows for each statement execute function record_history()', name);
  execute format('create trigger d_truncated before truncate on %I for each statement execute function refuse_change()', name);
  execute format('create trigger a_frozen before update or delete or truncate on %I.%I for each statement execute function refuse_change()', rec, name || '_old');
  execute format('alter table %I.%I enable always trigger a_frozen', rec, name || '_old');
  -- A statement on the parent reaches the live rows and fires none of their statement triggers: it is refused there.
  execute format('create trigger a_frozen before insert or update or delete or truncate on %I.%I for each statement execute function refuse_change()', rec, name);
  execute format('alter table %I.%I enable always trigger a_frozen', rec, name);
  execute format('alter table %I enable always trigger a_inserted, enable always trigger b_updated, enable always trigger c_deleted, enable always trigger d_truncated', name);
  execute format('create view %I.%I as select * from %I.%I where from_load <= as_of_load() and (to_load is null or to_load > as_of_load())', asof, name, rec, name);
end $$;

-- Make a table append-only.
create function keep_facts(name text) returns void language plpgsql as $$
begin
  execute format('alter table %I add load_id bigint not null', name);
  execute format('alter table %I alter load_id set default current_load()', name);
  execute format('create index on %I (load_id)', name);
  execute format('create trigger a_frozen before update or delete or truncate on %I for each statement execute function refuse_change()', name);
  execute format('alter table %I enable always trigger a_frozen', name);
  execute format('create view %I.%I as select * from %I where load_id <= as_of_load()', '{ns}_asof', name, name);
end $$;
