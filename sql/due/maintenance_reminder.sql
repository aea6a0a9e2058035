-- Who:    owners of something that wants care every so many days, each time it does, for five years.
-- Grain:  order x product @ day it is due.   Anchor: order_progress.delivered_at (+ n x maintenance_days).
-- Why:    the window is moved once per n and length of the assortment: each is a range of the index, and there are a few hundred at
--         most. Whoever bought the same thing again is told for each, as each wants care.
--         Which line of an order was exchanged the source does not say: better silent than about what went back.
--         offset 0: returns are asked for order by order, never read as a whole.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || ':' || p.product_id || '@' || to_char(d.due_at at time zone f.zone, 'YYYY-MM-DD') as subject_id, f.customer_id, f.order_id,
       d.due_at, d.due_at + interval '21 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_point_of_sale', f.sales_channel is distinct from 'pos',
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_exchanged', not exists (
           select from returns r where r.order_id = f.order_id and r.kind = 'exchange' and r.status <> 'rejected' and r.opened_at <= :as_of
           offset 0)) as checks,
       jsonb_build_object(
         'order', f.order_id, 'order_number', f.order_number, 'delivered_at', f.delivered_at, 'product_name', i.name,
         'image_url', p.image_url, 'howto_url', p.howto_url, 'every_days', p.maintenance_days, 'nth', n.nth, 'gift', f.gift) as context
from order_facts f
join lateral (
  select l.product_id, min(l.item ->> 'name') as name from item_facts l where l.order_id = f.order_id group by l.product_id
) i on true
join products p using (product_id)
cross join lateral generate_series(1, 1825 / p.maintenance_days) n (nth)
cross join lateral (select f.delivered_at + n.nth * p.maintenance_days * interval '1 day' as due_at) d
where f.order_id = any(array(
    select g.order_id
    from (select distinct nth * maintenance_days * interval '1 day' as length
          from products cross join generate_series(1, 1825 / maintenance_days) nth where maintenance_days > 0) w
    join order_progress g on g.delivered_at > :since - w.length and g.delivered_at <= :until - w.length
    where :since < :until and (:customer_id is null or g.customer_id = :customer_id)
    union
    select unnest(cast(:touched as text[]))))
  and p.maintenance_days > 0 and d.due_at <= :until
  and (d.due_at > :since or f.order_id = any(:touched) and d.due_at > :as_of - interval '21 days')
  and (:customer_id is null or f.customer_id = :customer_id)
