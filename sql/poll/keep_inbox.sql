-- Effect: scans of one webhook.
-- Params: source, rows
insert into tracking_inbox (source, carrier, tracking_number, raw_status, occurred_at, location, eta_on, payload)
select cast(:source as text), carrier, tracking_number, raw_status, occurred_at, location, eta_on, payload
from jsonb_to_recordset(cast(:rows as jsonb))
  r (carrier text, tracking_number text, raw_status text, occurred_at text, location text, eta_on text, payload text)
