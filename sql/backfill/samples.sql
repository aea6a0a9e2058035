-- Who:    a few messages of this run to show: one of each touchpoint, channel and language first.
-- Grain:  message.
-- Params: run_id, most
select p.touchpoint, p.subject_id, p.channel, p.language, p.variant, k.context, k.recipient, o.source
from (
  select m.*, row_number() over (partition by m.touchpoint, m.channel, m.language order by m.subject_id) as place
  from message m where m.run_id = :run_id and m.state = 'planned' and not m.seed
) p
join message_content k using (touchpoint, subject_id)
left join orders o on o.order_id = p.order_id
order by p.place, p.touchpoint, p.channel, p.language, p.subject_id
limit :most
