-- Who:    other approved plans that share orders with this one.
-- Grain:  plan.
-- Params: plan_id
select n.plan_id, count(*) as n
from notice_member m
join notice_member o on o.order_id = m.order_id and o.plan_id <> m.plan_id
join notice n on n.plan_id = o.plan_id and n.state = 'approved'
where m.plan_id = :plan_id
group by n.plan_id order by n.plan_id
