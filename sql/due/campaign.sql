-- Who:    customers who are in the audience of a campaign, from its first hour to its last.
-- Grain:  campaign x person.   Anchor: campaigns.starts_at.
-- Why:    a campaign that begins, or is loaded late, is a question about everybody who bought something, asked once; in every other
--         hour only people of whom an order changed, or whose tier did. Who is not in it has no row: it may be a million. order_id is
--         their first one: it stays the same when they order again. Where it has no words in their language, those of the other.
-- Params: as_of, since, until, touched, customer_id
with asked as (
  select c.campaign_id, f.customer_id
  from campaigns c
  join load l on l.load_id = c.from_load
  cross join customer_fact f
  where (c.starts_at > :since or l.as_of > :since and l.as_of <= :as_of and c.ends_at > :as_of) and c.starts_at <= :until
    and (:customer_id is null or f.customer_id = :customer_id)
  union
  select c.campaign_id, n.customer_id
  from (
    select i.person_id as customer_id
    from order_progress g join person i using (customer_id)
    where g.order_id = any(:touched)
    union
    select customer_id from customer_fact
    where (tier_since > :since and tier_since <= :until) or (vip_since > :since and vip_since <= :until)
  ) n
  cross join campaigns c
  where c.starts_at <= :until and c.ends_at > :since and (:customer_id is null or n.customer_id = :customer_id)
)
select a.campaign_id || ':' || a.customer_id as subject_id, a.customer_id, f.first_order_id as order_id,
       c.starts_at as due_at, c.ends_at as valid_until, 'plain' as variant,
       json_build_object() as checks,
       jsonb_build_object(
         'campaign_id', c.campaign_id, 'title', w.words -> 'subject', 'summary', w.words -> 'preheader', 'body', w.words -> 'body',
         'button', w.words -> 'button', 'written_in', w.language, 'url', c.url, 'image_url', c.image_url,
         'ends_at', c.ends_at, 'pool', c.pool) as context
from asked a
join campaigns c using (campaign_id)
join audience_facts f using (customer_id)
cross join lateral (
  select l.language, c.words -> l.language as words
  from unnest(array[f.language, 'ja', 'en']) with ordinality l (language, place)
  where c.words ? l.language
  order by l.place limit 1
) w
where f.customer_id = any(array(select customer_id from asked))
  and f.first_order_id is not null and c.ends_at > c.starts_at and in_audience(c.audience, f.told, f.rest)
