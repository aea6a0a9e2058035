-- Effect: orders that arrived long ago are said to have arrived so that the hour after the clock asks for their review.
-- Why:    one of each customer who consents and was not written to lately: marketing pressure would hold the others.
-- Params: clock, orders
update order_progress g
set delivered_at = :clock + interval '30 minutes' - chosen.reviewable, from_load = current_load()
from (
  select p.order_id, row_number() over (order by md5(p.order_id)) as i,
         (select coalesce(max(d.reviewable_after_days), 10) * interval '1 day'
          from order_lines l join products d using (product_id) where l.order_id = p.order_id) as reviewable
  from (
    select distinct on (customer_id) order_id, customer_id
    from order_progress
    where delivered_at between :clock - interval '330 days' and :clock - interval '100 days'
      and cancelled_at is null and returned_at is null
    order by customer_id, placed_at
  ) p
  join customers c using (customer_id)
  join marketing_consent m using (customer_id)
  where c.email is not null
    and not exists (select from reviews r where r.order_id = p.order_id)
    and not exists (select from pressure s where s.customer_id = p.customer_id and s.at > :clock - interval '8 days')
    and not exists (select from open_problem o where o.customer_id = p.customer_id)
    and not exists (select from journeys j where j.customer_id = p.customer_id and (j.left_at is null or j.left_at > :clock))
    and not exists (select from bench.copied_order b join orders o using (order_id) where o.customer_id = p.customer_id)
) chosen
where chosen.order_id = g.order_id and chosen.i <= :orders
