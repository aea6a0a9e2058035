-- Effect: events are kept as they came, each once by provider and event id.
-- Grain:  feedback_id of what was new.
-- Params: events
insert into feedback (provider, event_id, kind, channel, message_key, address_key, reason, at, raw)
select provider, event_id, kind, channel, message_key, address_key, reason, at, raw
from jsonb_to_recordset(cast(:events as jsonb)) as e (provider text, event_id text, kind text, channel text, message_key uuid,
                                                      address_key text, reason text, at timestamptz, raw jsonb)
on conflict (provider, event_id) do nothing
returning feedback_id
