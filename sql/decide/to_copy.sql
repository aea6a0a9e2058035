-- Who:    messages to be copied for colleagues, with what they say.
-- Grain:  message.   words: whatever tells whose it is (facts/identifying).
-- Params: touchpoints, subjects
select m.touchpoint, m.variant, coalesce(o.source, 'shop') as source, m.class, m.language, m.priority, m.due_at, m.valid_until,
       n.context, n.recipient, coalesce(w.words, '{}') as words
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[])) asked (touchpoint, subject_id)
join message m using (touchpoint, subject_id)
join message_content n using (touchpoint, subject_id)
left join orders o on o.order_id = m.order_id
left join identifying w on w.customer_id = m.customer_id
where m.state = 'planned' and not m.seed
order by m.touchpoint, m.variant, m.due_at, m.subject_id
