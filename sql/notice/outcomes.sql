-- Who:    every member of a plan, with what the gates said. subject_id null: nothing is due to them any more.
-- Grain:  order. The orders of one customer share the message of a service notice.
-- Params: plan_id
select m.order_id, m.customer_id, m.region, m.left_out, c.subject_id, c.verdict, c.reason, c.channel, c.language
from notice n
join notice_member m using (plan_id)
left join candidate c on case n.kind when 'delay' then c.order_id else c.customer_id end
                       = case n.kind when 'delay' then m.order_id else m.customer_id end
where n.plan_id = :plan_id
order by m.order_id
