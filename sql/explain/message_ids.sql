-- Who:    a person's messages with where they stand: for the keys providers know them by, and for those that are due no more.
-- Grain:  message.
-- Params: customer_ids, order_id
select touchpoint, subject_id, order_id, state, planned_at, due_at, valid_until, variant, channel from message
where customer_id = any(cast(:customer_ids as text[])) and (cast(:order_id as text) is null or order_id = :order_id)
