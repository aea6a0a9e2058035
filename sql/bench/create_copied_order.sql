-- Effect: the orders that `make bench` changes in its hour: copies, under ids of their own, of orders of the past half year that
--         went in one parcel. A quarter is placed in the hour, a quarter handed over, half arrives.
-- Params: clock, orders
create table bench.copied_order as
select 'B' || lpad(i::text, 9, '0') as new_id, i, order_id, shipment_id,
       case when 4 * i <= :orders then 'placed' when 2 * i <= :orders then 'handed_over' else 'arrived' end as kind
from (
  select o.order_id, s.shipment_id, row_number() over (order by md5(o.order_id)) as i
  from orders o
  join order_progress g using (order_id)
  join shipments s using (order_id)
  join customers c on c.customer_id = o.customer_id
  where o.placed_at between :clock - interval '200 days' and :clock - interval '20 days' and g.delivered_at is not null
    and g.returned_at is null and o.cancelled_at is null and o.original_order_id is null and o.requested_on is null and c.email is not null
    and s.tracking_number is not null and s.carrier in ('yamato', 'sagawa', 'japanpost')
    and not exists (select from shipments other where other.order_id = o.order_id and other.shipment_id <> s.shipment_id)
    and not exists (select from recipients r where r.order_id = o.order_id)
) chosen
where i <= :orders
