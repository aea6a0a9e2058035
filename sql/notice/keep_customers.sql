-- Effect: only candidates of people this plan writes to stay.
-- Params: plan_id
delete from candidate c
where not exists (select from notice_member m where m.plan_id = :plan_id and m.customer_id = c.customer_id and m.left_out is null)
