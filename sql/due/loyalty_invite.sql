-- Who:    customers whose first order arrived three days ago, and who have not joined the loyalty programme.
-- Grain:  customer.   Anchor: order_progress.delivered_at of the first order that counts (+ 3 days).
-- Why:    an order that was sent back or cost nothing is no first one (customer_fact). A shop without a programme has nobody due.
-- Params: as_of, since, until, touched, customer_id
select f.customer_id as subject_id, f.customer_id, g.order_id,
       g.delivered_at + interval '3 days' as due_at, g.delivered_at + interval '24 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_a_member', not exists (
           select from loyalty l
           where l.customer_id = any(array_append(f.merged_ids, f.customer_id)) and coalesce(l.joined_at <= :as_of, true))) as checks,
       jsonb_build_object('delivered_on', (g.delivered_at at time zone g.zone)::date) as context
from order_progress g
join orders o using (order_id)
join shop_front b on b.source = o.source and b.has_membership
join customer_fact f on f.first_order_id = g.order_id
where ((g.delivered_at > :since - interval '3 days' and g.delivered_at <= :until - interval '3 days')
       or (g.order_id = any(:touched) and g.delivered_at <= :until - interval '3 days'))
  and (:customer_id is null or f.customer_id = :customer_id)
