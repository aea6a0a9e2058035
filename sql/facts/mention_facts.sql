-- Who:    every mention, with what its author said about the photo, and whether they may be asked.
-- Grain:  mention_id.
-- Why:    nobody is asked twice: neither about a photo they answered for, nor, once they said no to any, about another one. An author
--         is a customer, or a handle on a platform.
-- Params: none
select m.mention_id, m.platform, m.at, m.author, m.customer_id, m.url, m.text, coalesce(m.has_photo, false) as has_photo,
       p.given, p.at as said_at, p.by as said_by, p.proof,
       coalesce(m.has_photo, false) and p.mention_id is null and not exists (
         select from photo_permission r join mentions x using (mention_id)
         where not r.given and (x.customer_id = m.customer_id or (x.platform, x.author) = (m.platform, m.author))) as may_be_asked
from mentions m
left join photo_permission p using (mention_id)
