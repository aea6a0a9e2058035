-- Effect: the parcels of a call nobody answered: asked again later each time.
-- Params: source, rows, reason, as_of
insert into tracking_poll as known (source, carrier, tracking_number, asked_at, failures, reason)
select distinct cast(:source as text), carrier, tracking_number, cast(:as_of as timestamptz), 1, cast(:reason as text)
from jsonb_to_recordset(cast(:rows as jsonb)) r (carrier text, tracking_number text)
on conflict (source, carrier, tracking_number) do update set
  (asked_at, failures, reason) = (excluded.asked_at, known.failures + 1, excluded.reason)
