-- Who:    customers about to use up what they bought.
-- Grain:  customer x product x run-out day.   Anchor: run_out.remind_at.
-- Params: as_of, since, until, touched, customer_id
select r.customer_id || ':' || r.product_id || '@' || to_char(r.run_out_on, 'YYYY-MM-DD') as subject_id, r.customer_id,
       r.last_order_id as order_id, r.remind_at as due_at, r.remind_at + interval '14 days' as valid_until, 'plain' as variant,
       json_build_object(
         'in_stock', coalesce(p.in_stock, true),
         'not_returned', not exists (select from order_progress g where g.order_id = r.last_order_id
                                     and (g.returned_at <= :as_of or g.cancelled_at <= :as_of)),
         'not_subscribed', not exists (select from subscriptions s where s.customer_id = r.customer_id
                                       and coalesce(s.status, 'active') = 'active')) as checks,
       jsonb_build_object(
         'product', jsonb_build_object('product_id', p.product_id, 'name', p.name, 'price', p.price, 'url', p.url, 'image_url', p.image_url),
         'run_out_on', r.run_out_on, 'basis', r.basis, 'last_bought_on', (r.last_bought_at at time zone 'Asia/Tokyo')::date,
         'purchases', r.purchases, 'interval_days', r.interval_days, 'last_order_id', r.last_order_id) as context
from run_out r join products p using (product_id)
where ((r.remind_at > :since and r.remind_at <= :until) or (r.last_order_id = any(:touched) and r.remind_at <= :until))
  and (:customer_id is null or r.customer_id = :customer_id)
