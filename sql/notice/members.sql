-- Who:    the members of a plan.
-- Grain:  order.
-- Params: plan_id
select order_id, customer_id, region, left_out, later, channel, language from notice_member where plan_id = :plan_id order by order_id
