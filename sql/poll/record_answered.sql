-- Effect: the parcels a source answered for, each asked at :as_of.
-- Why:    in the load that takes their scans: a crash before it asks again.
-- Params: rows, as_of
insert into tracking_poll (source, carrier, tracking_number, asked_at, answered_at)
select distinct source, carrier, tracking_number, cast(:as_of as timestamptz), cast(:as_of as timestamptz)
from jsonb_to_recordset(cast(:rows as jsonb)) r (source text, carrier text, tracking_number text)
on conflict (source, carrier, tracking_number) do update set
  (asked_at, answered_at, failures, reason) = (excluded.asked_at, excluded.answered_at, 0, null)
