-- Effect: orders that arrived long ago are said to have arrived so that the hour after the clock asks for their review.
-- Why:    one of each customer who consents and was not written to lately: marketing pressure would hold the others. Each list is
--         made once (materialized): asked customer by customer the views behind them take minutes.
-- Params: clock, orders
with consenting as materialized (
  select customer_id from marketing_consent
), held as materialized (
  select customer_id from open_problem
  union
  select customer_id from pressure where at > :clock - interval '8 days'
  union
  select customer_id from journeys where left_at is null or left_at > :clock
  union
  select o.customer_id from bench.copied_order join orders o using (order_id)
), arrived as materialized (
  select distinct on (customer_id) order_id, customer_id
  from order_progress
  where delivered_at between :clock - interval '330 days' and :clock - interval '100 days'
    and cancelled_at is null and returned_at is null
  order by customer_id, placed_at
), chosen as materialized (
  select a.order_id
  from arrived a
  join customers c using (customer_id)
  join consenting using (customer_id)
  where c.email is not null
    and not exists (select from held h where h.customer_id = a.customer_id)
    and not exists (select from reviews r where r.order_id = a.order_id)
  order by md5(a.order_id)
  limit :orders
)
update order_progress g
set delivered_at = :clock + interval '30 minutes' - r.reviewable, from_load = current_load()
from chosen c
cross join lateral (
  select coalesce(max(d.reviewable_after_days), 10) * interval '1 day' as reviewable
  from order_lines l join products d using (product_id) where l.order_id = c.order_id
) r
where c.order_id = g.order_id
