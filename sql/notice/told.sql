-- Who:    people whom a plan reached, or is just reaching: who hears of its end.
-- Grain:  one row.
-- Params: plan_id
select count(distinct m.customer_id) as n
from message m
join message_content c using (touchpoint, subject_id)
where m.touchpoint in ('delay_notice', 'service_notice') and c.context -> 'notice' ->> 'plan_id' = :plan_id
  and not m.seed and m.state in ('accepted', 'sealed', 'posting', 'unknown')
