-- Who:    an order with a story: the newest delay notice, else any message.
-- Params: none
select order_id from message where order_id is not null
order by touchpoint = 'delay_notice' and state = 'accepted' desc, planned_at desc, order_id desc limit 1
