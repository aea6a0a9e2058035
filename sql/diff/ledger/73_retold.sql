-- Effect: orders of which the record told something in these hours: what it holds of them is not this version's.
-- Grain:  order.
-- Params: none
create temporary table retold (order_id text primary key)
