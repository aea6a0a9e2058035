-- Who:    orders changed, and orders whose parcels were scanned, by loads since the last committed fold. A crash between
--         load and fold therefore leaves nothing behind.
-- Grain:  order.
-- Why:    a number reused for a second parcel takes scans away from the first: both are folded.
--         What the data dates later than this run's as_of waits for its hour: a snapshot of last year is folded hour by
--         hour like the present.
-- Params: since, since_at
with touched as (
  select t.order_id
  from touched_order t
  join load l using (load_id)
  where t.load_id > :since and l.kind in ('merge', 'erase')
  union
  select s.order_id
  from tracking_events e
  join shipments s using (carrier, tracking_number)
  where e.load_id > :since
  union
  select s.order_id
  from tracking_events e
  join shipments s using (carrier, tracking_number)
  where e.occurred_at > cast(:since_at as timestamptz) and e.occurred_at <= business_now()
  union
  select order_id from orders where cancelled_at > cast(:since_at as timestamptz) and cancelled_at <= business_now()
)
insert into order_to_fold
select order_id from touched
union
select other.order_id
from touched
join shipments mine using (order_id)
join shipments other using (carrier, tracking_number)
