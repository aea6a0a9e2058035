-- Who:    tables whose recorded versions are gone: a view of the past would show the present alone.
-- Grain:  table.
-- Params: none
select p.relname as name
from pg_class p
where p.relnamespace = to_regnamespace(regexp_replace(current_schema(), '_asof$', '') || '_rec')
  and p.relkind = 'r' and p.relname !~ '_old$'
  and (select count(*) from pg_inherits i where i.inhparent = p.oid) < 2
order by 1
