-- Who:    tables whose recorded versions are gone, or not recorded any more: a view of the past would show the present alone.
-- Grain:  table.
-- Params: none
select c.relname as name
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'to_load' and not a.attisdropped
where c.relnamespace = to_regnamespace(current_schema()) and c.relkind = 'r'
  and ((select count(*) from pg_inherits own join pg_inherits child on child.inhparent = own.inhparent where own.inhrelid = c.oid) < 2
       or to_regclass(format('%I.%I', current_schema() || '_asof', c.relname)) is null
       or (select count(*) from pg_trigger t
           where t.tgrelid = c.oid and t.tgname in ('b_updated', 'c_deleted') and t.tgenabled = 'A') < 2)
order by 1
