-- Effect: own_told is found by order.
-- Params: none
create unique index on own_told (order_id)
