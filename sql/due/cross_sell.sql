-- Who:    buyers of a category, three weeks after their order arrived, whom we can tell what others bought next.
-- Grain:  customer x order.   Anchor: order_progress.delivered_at (+ 21 days).
-- Why:    the pair most persons bought (next_category, never below its minimum), of categories this person has nothing of yet; three
--         products of it that are in stock. How many bought it is told, so the advice can be judged.
-- Params: as_of, since, until, touched, customer_id
select g.customer_id || '@' || g.order_id as subject_id, g.customer_id, g.order_id,
       g.delivered_at + interval '21 days' as due_at, g.delivered_at + interval '35 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_returned', (g.returned_at is null or g.returned_at > :as_of) and (g.cancelled_at is null or g.cancelled_at > :as_of),
         'has_not_all_of_it', n.next_category is not null,
         'in_stock', s.products is not null) as checks,
       jsonb_build_object(
         'category', n.category, 'next_category', n.next_category, 'support', n.support, 'buyers', n.buyers,
         'products', s.products, 'currency', o.currency) as context
from order_progress g
join orders o using (order_id)
join customer_facts f on f.customer_id = g.customer_id
left join lateral (
  select n.category, n.next_category, n.support, n.buyers
  from order_lines l join products p using (product_id) join next_category n using (category)
  where l.order_id = g.order_id and l.quantity > coalesce(l.cancelled_quantity, 0)
    and not exists (select from products h where h.product_id = any(f.product_ids) and h.category = n.next_category)
  order by n.support desc, n.next_category, n.category
  limit 1
) n on true
left join lateral (
  select jsonb_agg(jsonb_build_object('product_id', p.product_id, 'name', p.name, 'url', p.url, 'image_url', p.image_url,
                                      'price', p.price) order by p.product_id) as products
  from (select * from products where category = n.next_category and coalesce(in_stock, true) order by product_id limit 3) p
) s on true
where ((g.delivered_at > :since - interval '21 days' and g.delivered_at <= :until - interval '21 days')
       or (g.order_id = any(:touched) and g.delivered_at <= :until - interval '21 days'))
  and o.original_order_id is null and not coalesce(o.gift, false)
  and exists (select from next_category)
  and (:customer_id is null or g.customer_id = :customer_id)
