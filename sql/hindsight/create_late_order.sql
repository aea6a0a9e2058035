-- Who:    orders with late facts: only what is decided about them can differ.
-- Grain:  order.
-- Params: none
create temp table late_order as select distinct order_id from late_fact
