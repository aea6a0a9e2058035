-- Effect: orders that arrived long ago are said to have arrived in the hour after the clock: their customers hear of it then.
-- Why:    a shop of this size has some hundreds of messages an hour; the reference hour is one of a hundred times as many.
-- Params: clock, orders
update order_progress g
set delivered_at = :clock + interval '5 minutes' + chosen.i * interval '1 millisecond', from_load = current_load()
from (
  select p.order_id, row_number() over (order by md5(p.order_id)) as i
  from order_progress p
  join customers c using (customer_id)
  where p.delivered_at between :clock - interval '330 days' and :clock - interval '100 days'
    and p.cancelled_at is null and p.returned_at is null and c.email is not null
    and not exists (select from bench.copied_order b join orders o using (order_id) where o.customer_id = p.customer_id)
) chosen
where chosen.order_id = g.order_id and chosen.i <= :orders
