-- Who:    tables of a namespace, what to write into each of them, and what keeps people from doing so.
-- Grain:  table, with its columns, its column that counts by itself, and its triggers.
-- Params: namespace
select c.relname as name,
       (select array_agg(cast(a.attname as text) order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       (select cast(a.attname as text) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.attidentity <> '') as counts,
       array(select cast(t.tgname as text) from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled = 'A' order by 1) as triggers
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = :namespace and c.relkind = 'r'
order by c.relname
