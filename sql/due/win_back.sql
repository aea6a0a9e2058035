-- Who:    customers who have ordered nothing for twice their own interval, or for 180 days; and once more 180 days later.
-- Grain:  customer x last order x which time.   Anchor: customer_fact.silent_at (+ 180 days).
-- Why:    an order that was sent back or cost nothing does not count as their last one, but whoever placed it is not silent.
-- Params: as_of, since, until, touched, customer_id
select f.customer_id || '@' || f.last_order_id || ':' || w.days as subject_id, f.customer_id, f.last_order_id as order_id,
       w.due_at, w.due_at + interval '30 days' as valid_until, w.variant,
       json_build_object(
         'not_ordered', not exists (
           select from orders o join order_progress g using (order_id)
           where g.customer_id = any(array_append(f.merged_ids, f.customer_id)) and g.placed_at > f.last_order_at and g.placed_at <= :as_of
             and o.original_order_id is null and (g.cancelled_at is null or g.cancelled_at > :as_of)),
         'not_subscribed', not exists (
           select from subscriptions s
           where s.customer_id = any(array_append(f.merged_ids, f.customer_id)) and coalesce(s.status, 'active') = 'active')) as checks,
       jsonb_build_object(
         'last_order_on', (f.last_order_at at time zone g.zone)::date, 'items', o.items) as context
from customer_fact f
join order_progress g on g.order_id = f.last_order_id
cross join lateral (
  select coalesce(jsonb_agg(i.item order by i.line_no), '[]') as items from item_facts i where i.order_id = f.last_order_id
) o
cross join lateral (values ('180', 'first', f.silent_at), ('360', 'again', f.silent_at + interval '180 days')) w (days, variant, due_at)
where ((f.silent_at > :since and f.silent_at <= :until)
       or (f.silent_at > :since - interval '180 days' and f.silent_at <= :until - interval '180 days')
       or f.last_order_id = any(:touched))
  and (w.due_at > :since or f.last_order_id = any(:touched)) and w.due_at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
