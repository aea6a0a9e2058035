-- Who:    one mention, and what its author said about the photo.
-- Grain:  mention; none where it is unknown.
-- Params: mention_id
select m.mention_id, m.platform, m.author, m.customer_id, p.person_id, m.url, m.given
from mention_facts m left join person p using (customer_id)
where m.mention_id = :mention_id
