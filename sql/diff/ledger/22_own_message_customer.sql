-- Effect: ... and by customer (the caps).
-- Params: none
create index on own_message (customer_id)
