-- Who:    owners of a product, or of something of a category, there is a story about: a blog post, video, live or tutorial.
-- Grain:  content x person.   Anchor: contents.starts_at; for whoever got it later order_progress.delivered_at.
-- Why:    as product_update: a content that begins, or is loaded late, asks all orders it matches, once; in every other hour those of
--         the window. One without product and category matches every order, its audience decides. Of several orders the newest that
--         was kept speaks. Nobody is invited to a live that has begun, or whose hour is not known. No end means 30 days.
-- Params: as_of, since, until, touched, customer_id
select distinct on (c.content_id, b.person_id)
       c.content_id || ':' || b.person_id as subject_id, b.person_id as customer_id, f.order_id,
       d.due_at, d.valid_until, c.kind as variant,
       json_build_object(
         'not_cancelled', k.not_cancelled, 'not_returned', k.not_returned,
         'in_their_language', c.locale is null or lower(left(c.locale, 2)) = b.language) as checks,
       jsonb_build_object(
         'content_id', c.content_id, 'title', c.title, 'body', coalesce(c.body, ''), 'url', c.url, 'product_name', i.name,
         'begins_at', case when c.kind = 'live' then c.begins_at end,
         'finishes_at', case when c.kind = 'live' then coalesce(c.ends_at, c.begins_at + interval '1 hour') end) as context
from (
  select c.content_id, l.order_id
  from contents c
  join load n on n.load_id = c.from_load
  cross join lateral (
    select c.product_id
    union
    select product_id from products where category = c.category or (c.product_id is null and c.category is null)
  ) p
  join order_lines l on l.product_id = p.product_id
  join order_progress g on g.order_id = l.order_id
  where c.kind in ('blog', 'video', 'live', 'tutorial') and (c.starts_at > :since or n.as_of > :since and n.as_of <= :as_of)
    and (c.starts_at > :since or coalesce(c.ends_at, c.starts_at + interval '30 days') > :as_of)
    and c.starts_at <= :until and (:customer_id is null or g.customer_id = :customer_id)
  union
  select c.content_id, l.order_id
  from (
    select order_id from order_progress
    where delivered_at > :since and delivered_at <= :until and (:customer_id is null or customer_id = :customer_id)
    union
    select unnest(cast(:touched as text[]))
  ) o
  join order_progress g using (order_id)
  join order_lines l using (order_id)
  left join products p using (product_id)
  join contents c on c.product_id = l.product_id or c.category = p.category or (c.product_id is null and c.category is null)
  where c.kind in ('blog', 'video', 'live', 'tutorial') and c.starts_at <= :until
    and coalesce(c.ends_at, c.starts_at + interval '30 days') > :since
    and (:customer_id is null or g.customer_id = :customer_id)
) o
join contents c using (content_id)
join order_facts f using (order_id)
join contactable b on b.customer_id = f.customer_id
join audience_facts a on a.customer_id = b.person_id
 and (:customer_id is null or a.customer_id = (select p.person_id from person p where p.customer_id = :customer_id))
cross join lateral (
  select due_at, case c.kind when 'live' then c.begins_at else coalesce(c.ends_at, due_at + interval '30 days') end as valid_until
  from (values (greatest(c.starts_at, f.delivered_at))) t (due_at)
) d
cross join lateral (
  select f.cancelled_at is null or f.cancelled_at > :as_of as not_cancelled,
         f.returned_at is null or f.returned_at > :as_of as not_returned
) k
left join lateral (
  select min(l.item ->> 'name') as name
  from item_facts l left join products p using (product_id)
  where l.order_id = f.order_id and (l.product_id = c.product_id or p.category = c.category)
) i on true
where f.delivered_at is not null and d.due_at <= :until and d.due_at < d.valid_until
  and (i.name is not null or (c.product_id is null and c.category is null))
  and in_audience(c.audience, a.told, a.rest)
order by c.content_id, b.person_id, k.not_cancelled and k.not_returned desc, f.placed_at desc, f.order_id
