-- Effect: the late orders are to be folded again.
-- Params: none
insert into order_to_fold select order_id from late_order
