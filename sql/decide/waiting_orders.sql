-- Who:    orders with something waiting: they are decided again each hour.
-- Grain:  touchpoint x order_id.
-- Params: none
select distinct touchpoint, order_id from waiting where order_id is not null
