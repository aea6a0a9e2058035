-- Who:    orders in progress by what has left and what has arrived.
-- Grain:  order. shipped_all_at, delivered_at: when the last non-cancelled piece did; null while one has not.
-- Why:    pieces are counted per line over the parcels that hold them. Where no parcel says what is in it, all parcels
--         together stand for the order, and only once the order system calls it fully shipped.
-- Params: none
create temp table arrival on commit drop as
with held as (
  select p.order_id, c.line_no, p.shipped_at, p.delivered_at,
         sum(c.quantity) over (partition by p.order_id, c.line_no order by p.shipped_at nulls last, p.shipment_id) as shipped_so_far,
         sum(c.quantity) over (partition by p.order_id, c.line_no order by p.delivered_at nulls last, p.shipment_id) as delivered_so_far
  from order_in_progress
  join parcel p using (order_id)
  join shipment_lines c using (shipment_id)
), line as (
  select l.order_id, l.line_no,
         min(h.shipped_at) filter (where h.shipped_so_far >= l.quantity - coalesce(l.cancelled_quantity, 0)) as shipped_at,
         min(h.delivered_at) filter (where h.delivered_so_far >= l.quantity - coalesce(l.cancelled_quantity, 0)) as delivered_at
  from order_in_progress
  join order_lines l using (order_id)
  left join held h using (order_id, line_no)
  where l.quantity > coalesce(l.cancelled_quantity, 0)
  group by l.order_id, l.line_no
), counted as (
  select order_id,
         case when bool_and(shipped_at is not null) then max(shipped_at) end as shipped_all_at,
         case when bool_and(delivered_at is not null) then max(delivered_at) end as delivered_at
  from line
  group by order_id
), whole as (
  select o.order_id, min(p.shipped_at) as first_shipped_at, min(p.returned_at) as returned_at,
         bool_or(not exists (select from shipment_lines c where c.shipment_id = p.shipment_id)) and o.is_fully_shipped as is_one_piece,
         case when bool_and(p.shipped_at is not null) then max(p.shipped_at) end as shipped_all_at,
         case when bool_and(p.delivered_at is not null) then max(p.delivered_at) end as delivered_at
  from order_in_progress o
  join parcel p using (order_id)
  group by o.order_id, o.is_fully_shipped
)
select w.order_id, w.first_shipped_at, w.returned_at,
       coalesce(c.shipped_all_at, case when w.is_one_piece then w.shipped_all_at end) as shipped_all_at,
       coalesce(c.delivered_at, case when w.is_one_piece then w.delivered_at end) as delivered_at
from whole w
left join counted c using (order_id)
