-- Effect: everybody the filters found is a member, for the trial a preview rolls back.
-- Params: plan_id
insert into notice_member (plan_id, order_id, customer_id, region, later)
select :plan_id, order_id, customer_id, region, false from notice_found
