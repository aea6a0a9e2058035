-- Who:    columns of tables that were not stopped. An hour without values says nothing new about a kind.
-- Params: columns, as_of
insert into feed_column as f (table_name, column_name, kind, seen_at)
select c.table_name, c.column_name, c.kind, :as_of
from jsonb_to_recordset(cast(:columns as jsonb)) as c (table_name text, column_name text, kind text)
on conflict (table_name, column_name) do update
set kind = excluded.kind, seen_at = excluded.seen_at
where excluded.kind is not null
