-- Who:    rows that validation set aside. One met again is the same fact: only the day it was last seen moves.
-- Grain:  table x row x column.
-- Params: table_name, rows, run_id, as_of
insert into rejected_fact (table_name, row_hash, column_name, reason, file, line, content, run_id, first_seen_at, last_seen_at)
select :table_name, r.row_hash, r.column_name, r.reason, r.file, r.line, r.content, :run_id, :as_of, :as_of
from jsonb_to_recordset(cast(:rows as jsonb)) as r (row_hash text, column_name text, reason text, file text, line bigint, content jsonb)
order by r.row_hash, r.column_name
on conflict (table_name, row_hash, column_name) do update
set reason = excluded.reason, file = excluded.file, line = excluded.line, run_id = excluded.run_id, last_seen_at = excluded.last_seen_at
