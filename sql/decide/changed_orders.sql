-- Who:    orders whose facts changed after the last decided run.
-- Grain:  order_id.
-- Params: after_load, load_id
select distinct order_id from touched_order where load_id > :after_load and load_id <= :load_id
