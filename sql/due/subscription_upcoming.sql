-- Who:    subscribers (定期), five days before their next parcel leaves; two days before the last change where that comes first.
-- Grain:  subscription x day it ships.   Anchor: subscriptions.next_ship_on and change_until, at 09:00 of the day.
-- Why:    somebody who learns of it after the deadline learns of a bill. The newest order, of the subscription if there is one, says
--         whose day it is, and lets the claim ask again. Both columns are compared raw with a day to spare, then the exact hour.
-- Params: as_of, since, until, touched, customer_id
select s.subscription_id || '@' || to_char(s.next_ship_on, 'YYYY-MM-DD') as subject_id, s.customer_id, o.order_id,
       d.due_at, d.valid_until, 'plain' as variant,
       json_build_object(
         'active', coalesce(s.status, 'active') = 'active',
         'has_a_product', p.product_id is not null) as checks,
       jsonb_build_object(
         'subscription_id', s.subscription_id, 'product_id', p.product_id, 'product_name', p.name, 'image_url', p.image_url,
         'next_ship_on', s.next_ship_on, 'change_until', s.change_until) as context
from subscriptions s
left join products p using (product_id)
left join lateral (
  select g.order_id, g.zone
  from order_progress g join orders o using (order_id)
  where g.customer_id = s.customer_id and g.placed_at <= :as_of
  order by o.subscription_id is not distinct from s.subscription_id desc, g.placed_at desc, g.order_id
  limit 1
) o on true
cross join lateral (select coalesce(o.zone, 'Asia/Tokyo') as zone) z
cross join lateral (
  select (least(s.next_ship_on - 5, (s.change_until at time zone z.zone)::date - 2) + time '09:00') at time zone z.zone as due_at,
         coalesce(s.change_until, s.next_ship_on::timestamp at time zone z.zone) as valid_until
) d
where (((s.next_ship_on >= (:since + interval '4 days')::date and s.next_ship_on <= (:until + interval '6 days')::date
         or s.change_until >= :since + interval '1 day' and s.change_until <= :until + interval '4 days')
        and d.due_at > :since)
       or s.customer_id in (select customer_id from order_progress where order_id = any(:touched)))
  and s.next_ship_on is not null and d.due_at <= :until
  and (:customer_id is null or s.customer_id = :customer_id)
