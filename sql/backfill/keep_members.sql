-- Who:    what the preview shows: these and no others can leave. rows: as sql/backfill/leaving.
-- Params: backfill_id, rows
insert into backfill_member (backfill_id, touchpoint, subject_id, customer_id, order_id, channel, language, due_at, held_out)
select :backfill_id, touchpoint, subject_id, customer_id, order_id, channel, language, due_at, held_out
from jsonb_to_recordset(cast(:rows as jsonb)) r
  (touchpoint text, subject_id text, customer_id text, order_id text, channel text, language text, due_at timestamptz, held_out boolean)
