-- Who:    customers about to use up what they bought.
-- Grain:  customer x product x run-out day.   Anchor: run_out.remind_at.
-- Params: as_of, since, until, touched, customer_id
select r.customer_id || ':' || r.product_id || '@' || to_char(r.run_out_on, 'YYYY-MM-DD') as subject_id, r.customer_id,
       r.last_order_id as order_id, r.remind_at as due_at, r.remind_at + interval '14 days' as valid_until, 'plain' as variant,
       json_build_object(
         'in_stock', coalesce(p.in_stock, true),
         'not_returned', (g.returned_at is null or g.returned_at > :as_of) and (g.cancelled_at is null or g.cancelled_at > :as_of),
         'not_subscribed', not exists (select from subscriptions s where s.customer_id = r.customer_id
                                       and coalesce(s.status, 'active') = 'active')) as checks,
       jsonb_build_object(
         'product_id', p.product_id, 'product_name', p.name, 'product_url', p.url, 'image_url', p.image_url, 'price', p.price,
         'currency', o.currency,
         'quantity', (select sum(l.quantity - coalesce(l.cancelled_quantity, 0))::bigint from order_lines l
                      where l.order_id = r.last_order_id and l.product_id = r.product_id),
         'last_order_on', (r.last_bought_at at time zone g.zone)::date, 'run_out_on', r.run_out_on,
         'purchases', r.purchases) as context
from run_out r
join products p using (product_id)
join orders o on o.order_id = r.last_order_id
join order_progress g on g.order_id = r.last_order_id
where ((r.remind_at > :since and r.remind_at <= :until) or (r.last_order_id = any(:touched) and r.remind_at <= :until))
  and (:customer_id is null or r.customer_id = :customer_id)
