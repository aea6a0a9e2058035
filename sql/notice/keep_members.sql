-- Effect: only what this plan says to those it writes to stays a candidate.
-- Params: plan_id
delete from candidate c
where c.context -> 'notice' ->> 'plan_id' is distinct from :plan_id
   or not exists (select from notice_member m where m.plan_id = :plan_id and m.order_id = c.order_id and m.left_out is null)
