-- Who:    orders whose progress differs from what is stored.
-- Grain:  order. Result: how many.
-- Params: none
with changed as (
  select f.*
  from folded_order f
  left join order_progress p using (order_id)
  where p.order_id is null
     or (f.customer_id, f.placed_at, f.order_number, f.zone, f.promised_on, f.promise_ends_at, f.first_shipped_at,
         f.shipped_all_at, f.delivered_at, f.returned_at, f.cancelled_at)
        is distinct from
        (p.customer_id, p.placed_at, p.order_number, p.zone, p.promised_on, p.promise_ends_at, p.first_shipped_at,
         p.shipped_all_at, p.delivered_at, p.returned_at, p.cancelled_at)
), written as (
  insert into order_progress as p (
    order_id, customer_id, placed_at, order_number, zone, promised_on, promise_ends_at, first_shipped_at,
    shipped_all_at, delivered_at, returned_at, cancelled_at)
  select order_id, customer_id, placed_at, order_number, zone, promised_on, promise_ends_at, first_shipped_at,
         shipped_all_at, delivered_at, returned_at, cancelled_at
  from changed
  on conflict (order_id) do update set
    (customer_id, placed_at, order_number, zone, promised_on, promise_ends_at, first_shipped_at, shipped_all_at,
     delivered_at, returned_at, cancelled_at, from_load) =
    (excluded.customer_id, excluded.placed_at, excluded.order_number, excluded.zone, excluded.promised_on, excluded.promise_ends_at,
     excluded.first_shipped_at, excluded.shipped_all_at, excluded.delivered_at, excluded.returned_at, excluded.cancelled_at, current_load())
  returning p.order_id
), touched as (
  insert into touched_order (load_id, order_id)
  select current_load(), order_id from written
  on conflict do nothing
)
select count(*) from written
