-- Who:    messages of the ledger with what they were rendered from, in any mixture of touchpoints.
-- Grain:  message.
-- Params: limit
select m.touchpoint, m.subject_id, m.channel, m.language, m.variant, n.context, n.recipient, o.source
from message m
join message_content n using (touchpoint, subject_id)
left join orders o on o.order_id = m.order_id
where m.state = 'accepted'
order by md5(m.subject_id)
limit :limit
