-- Who:    template: staged rows of {table} whose {parent} nobody delivered, neither before nor in this load.
-- Grain:  staged row.
-- Effect: they move to rejected_fact until the {parent} comes.
-- Params: run_id, as_of
with orphan as (
  delete from stage_{table} s
  where not exists (select from {parent} p where p.{column} = s.{column})
  returning to_jsonb(s) - array['_file', '_line', '_position'] as content, s._file, s._line
)
insert into rejected_fact (table_name, row_hash, column_name, reason, file, line, content, run_id, first_seen_at, last_seen_at)
select distinct on (md5(content::text))
       '{table}', md5(content::text), '{column}', 'unknown {parent}', _file, _line, content, :run_id, :as_of, :as_of
from orphan
order by md5(content::text), _line
on conflict (table_name, row_hash, column_name) do update
set reason = excluded.reason, file = excluded.file, line = excluded.line, run_id = excluded.run_id, last_seen_at = excluded.last_seen_at
