-- Who:    the messages of a send, as previewed.
-- Grain:  message.
-- Params: backfill_id
select touchpoint, subject_id, customer_id, order_id, channel, language, due_at, held_out
from backfill_member where backfill_id = :backfill_id order by touchpoint, subject_id
