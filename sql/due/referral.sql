-- Who:    customers a week after an order went well: it came on its day, nobody had to ask us for help, and what
--         they said of it was good. Once in 180 days.
-- Grain:  customer x order.   Anchor: order_progress.delivered_at (+ 7 days: the window is moved, the column stays raw).
-- Why:    without a promise there is nothing to be on time for, and no bad experience either. The code is an incentive (brand.toml).
-- Params: as_of, since, until, touched, customer_id
select g.customer_id || '@' || g.order_id as subject_id, g.customer_id, g.order_id,
       g.delivered_at + interval '7 days' as due_at, g.delivered_at + interval '28 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_returned', (g.returned_at is null or g.returned_at > :as_of) and (g.cancelled_at is null or g.cancelled_at > :as_of),
         'on_time', g.delivered_at <= coalesce(g.promise_ends_at, g.delivered_at),
         'no_ticket', not exists (
           select from tickets t
           where t.opened_at > g.placed_at and t.opened_at <= :as_of
             and (t.order_id = g.order_id or t.order_id is null and t.customer_id = g.customer_id)),
         'liked_it', not exists (
           select from reviews r where r.order_id = g.order_id and r.score < 4 and r.at <= :as_of),
         'not_asked_lately', not exists (
           select from message m
           where m.customer_id in (select g.customer_id union all select p.same_id from same_person p where p.customer_id = g.customer_id)
             and m.planned_at > g.delivered_at + interval '7 days' - interval '180 days'
             and m.touchpoint = 'referral' and m.subject_id <> g.customer_id || '@' || g.order_id
             and m.state not in ('expired', 'cancelled', 'rejected', 'held_out'))) as checks,
       jsonb_build_object('delivered_at', g.delivered_at, 'items', i.items) as context
from order_progress g
join orders o using (order_id)
cross join lateral (
  select coalesce(jsonb_agg(f.item order by f.line_no), '[]') as items from item_facts f where f.order_id = g.order_id
) i
where ((g.delivered_at > :since - interval '7 days' and g.delivered_at <= :until - interval '7 days')
       or (g.order_id = any(:touched) and g.delivered_at <= :until - interval '7 days'))
  and o.original_order_id is null and not coalesce(o.gift, false) and o.sales_channel is distinct from 'pos'
  and (:customer_id is null or g.customer_id = :customer_id)
