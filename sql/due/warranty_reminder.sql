-- Who:    buyers whose warranty ends in 30 days: time to say what is not right.
-- Grain:  order x product.   Anchor: order_progress.delivered_at (+ months of warranty, less 30 days).
-- Why:    the window is moved once per length of warranty there is, with days to spare where months differ in length; the exact
--         instant is compared after. The last day counts whole: the day of delivery does not count (民法 140).
--         Which line of an order was exchanged the source does not say: better silent than about what went back.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || ':' || p.product_id as subject_id, f.customer_id, f.order_id,
       d.due_at, d.due_at + interval '21 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_point_of_sale', f.sales_channel is distinct from 'pos',
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of,
         'not_exchanged', not exists (
           select from returns r where r.order_id = f.order_id and r.kind = 'exchange' and r.status <> 'rejected' and r.opened_at <= :as_of)) as checks,
       jsonb_build_object(
         'order', f.order_id, 'order_number', f.order_number, 'delivered_at', f.delivered_at, 'product_name', i.name,
         'image_url', p.image_url, 'warranty_months', p.warranty_months,
         'ends_on', ((f.delivered_at at time zone f.zone) + p.warranty_months * interval '1 month')::date, 'gift', f.gift) as context
from (
  select g.order_id
  from (select distinct warranty_months * interval '1 month' as length from products where warranty_months > 0) w
  join order_progress g on g.delivered_at > :since - w.length + interval '26 days' and g.delivered_at <= :until - w.length + interval '34 days'
  where :since < :until and (:customer_id is null or g.customer_id = :customer_id)
  union
  select unnest(cast(:touched as text[]))
) o
join order_facts f using (order_id)
join lateral (
  select l.product_id, min(l.item ->> 'name') as name from item_facts l where l.order_id = f.order_id group by l.product_id
) i on true
join products p using (product_id)
cross join lateral (select f.delivered_at + p.warranty_months * interval '1 month' - interval '30 days' as due_at) d
where p.warranty_months > 0 and d.due_at <= :until and (d.due_at > :since or f.order_id = any(:touched))
  and (:customer_id is null or f.customer_id = :customer_id)
