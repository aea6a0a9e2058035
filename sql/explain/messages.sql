-- Who:    the ledger's story of one order: every state each message entered, and when.
-- Grain:  message x state entered.
-- Params: order_id
select m.touchpoint, m.subject_id, e.state, e.reason, e.state_at, e.recorded_at
from message m join message_event e using (touchpoint, subject_id)
where m.order_id = :order_id
order by e.event_id
