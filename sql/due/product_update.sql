-- Who:    owners of a product there is news about: a recall, or an update of what they use.
-- Grain:  content x customer.   Anchor: contents.starts_at; for whoever bought it later order_progress.placed_at (recall) or
--         delivered_at (update).
-- Why:    bought over the counter counts too. A content that begins is a question about all who ever bought the product, asked once; in every other hour only the orders
--         of the window are asked. One that is loaded late touches its orders (load/touch_orders). Of several orders the newest
--         that was kept, and that it concerns, speaks for the customer. A recall does not wait for delivery. No end means 30 days.
-- Params: as_of, since, until, touched, customer_id
select distinct on (c.content_id, f.customer_id)
       c.content_id || ':' || f.customer_id as subject_id, f.customer_id, f.order_id,
       d.due_at, coalesce(c.ends_at, d.due_at + interval '30 days') as valid_until, c.kind as variant,
       json_build_object(
         'not_cancelled', k.not_cancelled, 'not_returned', k.not_returned,
         'bought_when_it_matters', k.matters,
         'in_their_language', c.locale is null or lower(left(c.locale, 2)) = b.language) as checks,
       jsonb_build_object(
         'content_id', c.content_id, 'title', c.title, 'body', coalesce(c.body, ''), 'url', c.url, 'order', f.order_id,
         'product_name', i.name, 'bought_on', k.bought_on, 'gift', f.gift) as context
from (
  select c.content_id, l.order_id
  from contents c
  cross join lateral (select c.product_id union select product_id from products where category = c.category) p
  join order_lines l on l.product_id = p.product_id
  join order_progress g on g.order_id = l.order_id
  where c.starts_at > :since and c.starts_at <= :until and (:customer_id is null or g.customer_id = :customer_id)
  union
  select c.content_id, l.order_id
  from (
    select order_id from order_progress
    where delivered_at > :since and delivered_at <= :until and (:customer_id is null or customer_id = :customer_id)
    union
    select order_id from order_progress
    where placed_at > :since and placed_at <= :until and (:customer_id is null or customer_id = :customer_id)
    union
    select unnest(cast(:touched as text[]))
  ) o
  join order_progress g using (order_id)
  join order_lines l using (order_id)
  left join products p using (product_id)
  join contents c on c.product_id = l.product_id or c.category = p.category
  where c.starts_at <= :until and (:customer_id is null or g.customer_id = :customer_id)
) o
join contents c using (content_id)
join order_facts f using (order_id)
join contactable b on b.customer_id = f.customer_id
cross join lateral (
  select case when c.kind = 'recall' then greatest(c.starts_at, f.placed_at)
              when f.delivered_at is not null then greatest(c.starts_at, f.delivered_at) end as due_at
) d
cross join lateral (
  select y.bought_on, coalesce(y.bought_on >= c.bought_from, true) and coalesce(y.bought_on <= c.bought_until, true) as matters,
         f.cancelled_at is null or f.cancelled_at > :as_of as not_cancelled,
         f.returned_at is null or f.returned_at > :as_of as not_returned
  from (select (f.placed_at at time zone f.zone)::date as bought_on) y
) k
join lateral (
  select min(l.item ->> 'name') as name
  from item_facts l left join products p using (product_id)
  where l.order_id = f.order_id and (l.product_id = c.product_id or p.category = c.category)
) i on i.name is not null
where c.kind in ('update', 'recall') and d.due_at <= :until and (c.ends_at is null or d.due_at < c.ends_at)
order by c.content_id, f.customer_id, k.not_cancelled and k.not_returned and k.matters desc, f.placed_at desc, f.order_id
