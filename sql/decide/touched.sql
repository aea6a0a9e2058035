-- Who:    orders whose facts changed after the last decided run, and orders with something waiting for this touchpoint.
-- Grain:  order_id.
-- Params: touchpoint, after_load, load_id
select order_id from touched_order where load_id > :after_load and load_id <= :load_id
union
select order_id from waiting where touchpoint = :touchpoint and order_id is not null
