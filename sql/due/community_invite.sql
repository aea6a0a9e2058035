-- Who:    customers whose first order arrived ten days ago.
-- Grain:  customer.   Anchor: order_progress.delivered_at of the first order that counts (+ 10 days).
-- Why:    whoever is unhappy is asked what is wrong, not to join the others. A shop without a community (urls.community) has nobody due.
-- Params: as_of, since, until, touched, customer_id
select f.customer_id as subject_id, f.customer_id, g.order_id,
       g.delivered_at + interval '10 days' as due_at, g.delivered_at + interval '31 days' as valid_until, 'plain' as variant,
       json_build_object(
         'no_bad_review', coalesce(
           (select r.score from orders a join reviews r using (order_id)
            where a.customer_id = any(array_append(f.merged_ids, f.customer_id)) and r.at <= :as_of and r.score is not null
            order by r.at desc, r.score limit 1), 5) >= 3) as checks,
       jsonb_build_object('items', n.items) as context
from order_progress g
join orders o using (order_id)
join shop_front b on b.source = o.source and b.has_community
join customer_fact f on f.first_order_id = g.order_id
cross join lateral (select coalesce(jsonb_agg(i.item order by i.line_no), '[]') as items from item_facts i where i.order_id = g.order_id) n
where ((g.delivered_at > :since - interval '10 days' and g.delivered_at <= :until - interval '10 days')
       or (g.order_id = any(:touched) and g.delivered_at <= :until - interval '10 days'))
  and (:customer_id is null or f.customer_id = :customer_id)
