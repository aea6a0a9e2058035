-- Effect: a reply is an open ticket of its customer, once.
-- Params: tickets
insert into tickets (ticket_id, customer_id, order_id, channel, opened_at)
select ticket_id, customer_id, order_id, 'email', opened_at
from jsonb_to_recordset(cast(:tickets as jsonb)) as t (ticket_id text, customer_id text, order_id text, opened_at timestamptz)
on conflict (ticket_id) do nothing
