-- Who:    a few messages of a plan to show: one of each touchpoint, channel and language first.
-- Grain:  message.   words: whatever tells whose it is (facts/identifying).
-- Params: plan_id, most
select p.touchpoint, p.channel, p.language, p.variant, n.context, n.recipient, o.source, w.words
from (
  select m.*, row_number() over (partition by m.touchpoint, m.channel, m.language order by m.subject_id) as place
  from release_member r join message m using (touchpoint, subject_id)
  where r.plan_id = :plan_id
) p
join message_content n using (touchpoint, subject_id)
left join orders o on o.order_id = p.order_id
left join identifying w on w.customer_id = p.customer_id
order by p.place, p.touchpoint, p.channel, p.language, p.subject_id
limit :most
