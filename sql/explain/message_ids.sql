-- Who:    a person's messages, for the keys providers know them by.
-- Params: customer_ids, order_id
select touchpoint, subject_id, order_id from message
where customer_id = any(cast(:customer_ids as text[])) and (cast(:order_id as text) is null or order_id = :order_id)
