-- Who:    the newest messages each touchpoint sent, for the gallery.
-- Grain:  touchpoint x subject; at most :newest each. Copies for colleagues are not there.
-- Params: newest
select touchpoint, subject_id, channel, language, variant, recipient, sent_at, file
from (
  select m.touchpoint, m.subject_id, m.channel, m.language, m.variant, m.state_at as sent_at, b.provider_id as file,
         coalesce(c.recipient ->> 'name', c.recipient ->> 'company', c.recipient ->> 'email', '') as recipient,
         row_number() over (partition by m.touchpoint order by m.state_at desc, m.subject_id) as place
  from message m
  join message_content c using (touchpoint, subject_id)
  join batch_member b on b.batch_id = m.batch_id and b.touchpoint = m.touchpoint and b.subject_id = m.subject_id
  where m.state = 'accepted' and not m.seed and b.provider_id is not null
) newest
where place <= :newest
order by touchpoint, place
