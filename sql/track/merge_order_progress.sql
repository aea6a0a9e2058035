-- Who:    orders whose progress differs from what is stored.
-- Grain:  order. Result: how many.
-- Why:    content is known of the orders being folded alone, the others keep theirs. When it changed is the business time
--         of the load that saw it change: no source says so itself, and updated_at moves with every stock count.
-- Params: none
with changed as (
  select f.*
  from folded_order f
  left join order_progress p using (order_id)
  where p.order_id is null
     or (f.customer_id, f.placed_at, f.order_number, f.zone, f.promised_on, f.promise_ends_at, f.first_shipped_at,
         f.shipped_all_at, f.delivered_at, f.returned_at, f.cancelled_at, coalesce(f.content, p.content))
        is distinct from
        (p.customer_id, p.placed_at, p.order_number, p.zone, p.promised_on, p.promise_ends_at, p.first_shipped_at,
         p.shipped_all_at, p.delivered_at, p.returned_at, p.cancelled_at, p.content)
), written as (
  insert into order_progress as p (
    order_id, customer_id, placed_at, order_number, zone, promised_on, promise_ends_at, first_shipped_at,
    shipped_all_at, delivered_at, returned_at, cancelled_at, content)
  select order_id, customer_id, placed_at, order_number, zone, promised_on, promise_ends_at, first_shipped_at,
         shipped_all_at, delivered_at, returned_at, cancelled_at, content
  from changed
  on conflict (order_id) do update set
    (customer_id, placed_at, order_number, zone, promised_on, promise_ends_at, first_shipped_at, shipped_all_at,
     delivered_at, returned_at, cancelled_at, content, content_changed_at, from_load) =
    (excluded.customer_id, excluded.placed_at, excluded.order_number, excluded.zone, excluded.promised_on, excluded.promise_ends_at,
     excluded.first_shipped_at, excluded.shipped_all_at, excluded.delivered_at, excluded.returned_at, excluded.cancelled_at,
     coalesce(excluded.content, p.content),
     case when excluded.content <> p.content then business_now() else p.content_changed_at end, current_load())
  returning p.order_id
), touched as (
  insert into touched_order (load_id, order_id)
  select current_load(), order_id from written
  on conflict do nothing
)
select count(*) from written
