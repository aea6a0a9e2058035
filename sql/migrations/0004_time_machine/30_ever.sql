-- Every version there ever was, for whoever looks back knowing what came later (tasks/proof/hindsight.py). The views of the same names
-- without `_ever` show one load.
create view {ns}_asof.orders_ever as select * from {ns}_rec.orders;
create view {ns}_asof.order_lines_ever as select * from {ns}_rec.order_lines;
create view {ns}_asof.recipients_ever as select * from {ns}_rec.recipients;
create view {ns}_asof.shipments_ever as select * from {ns}_rec.shipments;
create view {ns}_asof.shipment_lines_ever as select * from {ns}_rec.shipment_lines;
create view {ns}_asof.returns_ever as select * from {ns}_rec.returns;
create view {ns}_asof.tracking_events_ever as select * from {ns}.tracking_events;
create view {ns}_asof.payments_ever as select * from {ns}.payments;
create view {ns}_asof.refunds_ever as select * from {ns}.refunds;
create view {ns}_asof.reviews_ever as select * from {ns}.reviews;
create view {ns}_asof.load_ever as select * from {ns}.load;
create view {ns}_asof.message_ever as select touchpoint, subject_id, planned_at, state from {ns}.message where not seed;

-- Facts of orders with the time they happened at, by their own word, and the time we knew (business time of their load). A version of a
-- row that has no time of its own is not here: nobody can say what it was true of. Grain: version of a row.
create view {ns}_asof.dated_fact as
select 'orders' as feed, v.order_id as fact, v.order_id, coalesce(v.updated_at, v.placed_at) as happened_at, v.from_load as load_id, to_jsonb(v) as fields,
       (select to_jsonb(p) from {ns}_rec.orders p where p.order_id = v.order_id and p.from_load < v.from_load order by p.from_load desc limit 1) as fields_before
from {ns}_rec.orders v
where v.updated_at is not null or not exists (select from {ns}_rec.orders p where p.order_id = v.order_id and p.from_load < v.from_load)
union all
select 'shipments', v.shipment_id, v.order_id, coalesce(v.updated_at, greatest(v.shipped_at, v.delivered_at)), v.from_load, to_jsonb(v),
       (select to_jsonb(p) from {ns}_rec.shipments p where p.shipment_id = v.shipment_id and p.from_load < v.from_load order by p.from_load desc limit 1)
from {ns}_rec.shipments v
where coalesce(v.updated_at, v.shipped_at, v.delivered_at) is not null
union all
select 'returns', v.return_id, v.order_id, coalesce(v.closed_at, v.opened_at), v.from_load, to_jsonb(v),
       (select to_jsonb(p) from {ns}_rec.returns p where p.return_id = v.return_id and p.from_load < v.from_load order by p.from_load desc limit 1)
from {ns}_rec.returns v
where v.closed_at is not null or not exists (select from {ns}_rec.returns p where p.return_id = v.return_id and p.from_load < v.from_load)
union all
select 'tracking_events', e.tracking_number || ' ' || e.raw_status, s.order_id, e.occurred_at, e.load_id, jsonb_build_object('raw_status', e.raw_status), null
from {ns}.tracking_events e join {ns}.shipments s using (carrier, tracking_number)
union all
select 'payments', payment_id, order_id, at, load_id, jsonb_build_object('amount', amount), null from {ns}.payments
union all
select 'refunds', refund_id, order_id, at, load_id, jsonb_build_object('amount', amount), null from {ns}.refunds
union all
select 'reviews', order_id || ' review', order_id, at, load_id, jsonb_build_object('score', score), null from {ns}.reviews;
