-- Who:    template: staged rows of {table} that share a key. The newest {version} stays, else the last line.
-- Grain:  staged row.
-- Effect: the others leave. One that is as new as the row that stays, and differs from it, is kept in rejected_fact.
-- Params: run_id, as_of
with ranked as (
  select _position, first_value(_position) over same as kept_position, row_number() over same as place
  from stage_{table}
  window same as (partition by {key} order by {version} desc nulls last, _position desc)
), dropped as (
  delete from stage_{table} s using ranked r
  where r._position = s._position and r.place > 1
  returning to_jsonb(s) - array['_file', '_line', '_position'] as content, {version} as version, s._file, s._line, r.kept_position
), ambiguous as (
  select d.content, d._file, d._line
  from dropped d
  join (select k._position, {version} as version, to_jsonb(k) - array['_file', '_line', '_position'] as content from stage_{table} k) k
    on k._position = d.kept_position
  where k.version is not distinct from d.version and k.content <> d.content
)
insert into rejected_fact (table_name, row_hash, column_name, reason, file, line, content, run_id, first_seen_at, last_seen_at)
select distinct on (md5(content::text))
       '{table}', md5(content::text), '{key}', 'same key, other content', _file, _line, content, :run_id, :as_of, :as_of
from ambiguous
order by md5(content::text), _line
on conflict (table_name, row_hash, column_name) do update
set file = excluded.file, line = excluded.line, run_id = excluded.run_id, last_seen_at = excluded.last_seen_at
