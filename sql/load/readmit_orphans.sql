-- Who:    template: rows of {table} set aside because their {parent} was unknown, and it came since.
-- Grain:  rejected row.   One staged again by itself is not repeated.
-- Effect: they are staged and leave rejected_fact.
-- Params: none
with come_right as (
  delete from rejected_fact r
  where r.table_name = '{table}' and r.column_name = '{column}' and r.reason = 'unknown {parent}'
    and exists (select from {parent} p where p.{column} = r.content ->> '{column}')
  returning r.content, r.file, r.line, r.last_seen_at
)
insert into stage_{table} ({columns}, _file, _line)
select {row_columns}, c.file, c.line
from come_right c cross join lateral jsonb_populate_record(null::{table}, c.content) r
where not exists (select from stage_{table} s where {same_key})
order by c.last_seen_at
