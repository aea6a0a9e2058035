-- Who:    messages to be rendered, in the order asked.
-- Grain:  message.
-- Params: touchpoints, subjects
select m.touchpoint, m.subject_id, m.customer_id, m.order_id, m.class, m.channel, m.language, m.variant, n.context, n.recipient,
       coalesce(o.source, n.recipient ->> 'source') as source
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) with ordinality asked (touchpoint, subject_id, place)
join message m using (touchpoint, subject_id)
join message_content n using (touchpoint, subject_id)
left join orders o on o.order_id = m.order_id
order by asked.place
