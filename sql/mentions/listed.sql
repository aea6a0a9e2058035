-- Who:    mentions, newest first, with the mail their author gets and what they said about the photo.
-- Grain:  mention.
-- Params: since
select m.mention_id, m.platform, m.at, m.author, m.url, m.text, m.has_photo, m.given, m.said_by, m.may_be_asked, k.language,
       s.state as mail
from mention_facts m
left join contactable k using (customer_id)
left join message s on s.touchpoint = 'mention_reply' and s.subject_id = m.mention_id
where m.at > :since
order by m.at desc, m.mention_id
