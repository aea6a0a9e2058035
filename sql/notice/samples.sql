-- Who:    a few people to show: one of each channel and language first.
-- Grain:  message.
-- Params: reasons_later, most
select touchpoint, subject_id, channel, language, variant, context, recipient, source
from (
  select c.*, o.source, row_number() over (partition by c.channel, c.language order by c.subject_id) as place
  from candidate c
  left join orders o on o.order_id = c.order_id
  where c.channel is not null and (c.verdict is null or c.reason = any(cast(:reasons_later as text[])))
) p
order by place, channel, language, subject_id
limit :most
