-- Effect: orders as the shop's files show them: before the hour, or changed in it.
-- Params: clock, hour
create temp table delta_orders on commit drop as
select r.*
from bench.copied_order b
join orders o using (order_id)
cross join lateral (
  select case when b.kind = 'placed' then :clock + interval '5 minutes' else :clock - interval '2 days' end + b.i * interval '1 millisecond' as placed_at,
         case when not :hour then interval '-1 day' else interval '20 minutes' end as changed
) t
cross join lateral jsonb_populate_record(o, jsonb_build_object(
  'order_id', b.new_id, 'placed_at', t.placed_at, 'paid_at', t.placed_at, 'payment_due_at', null,
  'promised_on', (:clock + interval '3 days')::date, 'preorder_until', null, 'cancelled_at', null,
  'status', case when b.kind = 'placed' or (b.kind = 'handed_over' and not :hour) then 'processing'
                 when b.kind = 'arrived' and :hour then 'completed' else 'shipped' end,
  'updated_at', greatest(t.placed_at, :clock + t.changed))) r
where :hour or b.kind <> 'placed'
