-- What `todoke explain` reads of one customer: every version of what changes, what came back after a message left, and the indexes
-- that lead from a customer to it. A side shows the versions its loads had brought.

create view customer_version as select * from {ns}_rec.customers;
create view order_version as select * from {ns}_rec.orders;
create view shipment_version as select * from {ns}_rec.shipments;
create view return_version as select * from {ns}_rec.returns;
create view ticket_version as select * from {ns}_rec.tickets;
create view delay_version as select * from {ns}_rec.delay;
create view waiting_version as select * from {ns}_rec.waiting;

create view {ns}_asof.customer_version as select * from {ns}_rec.customers where from_load <= {ns}.as_of_load();
create view {ns}_asof.order_version as select * from {ns}_rec.orders where from_load <= {ns}.as_of_load();
create view {ns}_asof.shipment_version as select * from {ns}_rec.shipments where from_load <= {ns}.as_of_load();
create view {ns}_asof.return_version as select * from {ns}_rec.returns where from_load <= {ns}.as_of_load();
create view {ns}_asof.ticket_version as select * from {ns}_rec.tickets where from_load <= {ns}.as_of_load();
create view {ns}_asof.delay_version as select * from {ns}_rec.delay where from_load <= {ns}.as_of_load();
create view {ns}_asof.waiting_version as select * from {ns}_rec.waiting where from_load <= {ns}.as_of_load();

-- A provider's event belongs to no load: it was known where it came in before the hour looked at had ended, by the clock of the
-- database (todoke.as_of_clock, set by sql/explain/look_at; without it all of it is).
create view {ns}_asof.feedback as
select * from {ns}.feedback
where received_at <= coalesce(nullif(current_setting('todoke.as_of_clock', true), '')::timestamptz, 'infinity');

-- Content never changes after its message was planned; erasure empties it on either side.
create view {ns}_asof.message_content as select * from {ns}.message_content;

create index on tickets (order_id) where order_id is not null;
create index on {ns}_rec.tickets_old (order_id) where order_id is not null;

-- What was set aside is asked for by the id it would have had.
create index on rejected_fact ((content ->> 'order_id')) where content ->> 'order_id' is not null;
create index on rejected_fact ((content ->> 'customer_id')) where content ->> 'customer_id' is not null;

-- As before, asked parcel by parcel: one customer's parcels look at their own scans alone.
create or replace view {ns}_asof.parcel_scan as
select p.shipment_id, n.occurred_at as last_scan_at, n.status as last_status, n.raw_status as last_word,
       n.location as last_location, n.region as last_region, n.scans
from {ns}_asof.parcel p
cross join lateral (
  select e.occurred_at, e.status, e.raw_status, e.location, e.region, count(*) over () as scans
  from {ns}_asof.tracking_events e
  where e.carrier = p.carrier and e.tracking_number = p.tracking_number
    and (p.shipped_at is null or e.occurred_at between p.shipped_at - interval '14 days' and p.shipped_at + interval '120 days')
    and e.occurred_at <= {ns}_asof.business_now()
  order by e.occurred_at desc, e.raw_status, e.location
  limit 1
) n;
