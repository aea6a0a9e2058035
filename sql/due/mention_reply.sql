-- Who:    customers who posted about the shop: thanks, and with a photo the question whether the shop may show it.
-- Grain:  mention.   Anchor: mentions.at.
-- Why:    order_id is the author's first one: by it the claim asks again after an approval, and it stays the same. Who never bought is
--         answered where they posted, and nowhere else (todoke mentions). A mention loaded late touches that order (load/touch_orders).
-- Params: as_of, since, until, touched, customer_id
select m.mention_id as subject_id, m.customer_id, f.first_order_id as order_id, m.at as due_at, m.at + interval '48 hours' as valid_until,
       case when m.may_be_asked then 'photo' else 'thanks' end as variant,
       json_build_object('not_answered', m.given is null) as checks,
       jsonb_build_object('mention_id', m.mention_id, 'platform', m.platform, 'author', nullif(ltrim(m.author, '@'), ''), 'post_url', m.url, 'posted_at', m.at) as context
from mention_facts m
join contactable k on k.customer_id = m.customer_id
join customer_fact f on f.customer_id = k.person_id
where f.first_order_id is not null and m.at <= :until
  and (m.at > :since or (f.first_order_id = any(:touched) and m.at > :as_of - interval '72 hours'))
  and (:customer_id is null or m.customer_id = :customer_id)
