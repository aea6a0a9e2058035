-- The as-of side of what has no plain history. Facts are inclusive of the load looked at; the ledger is strict: it shows
-- what stood before the run that decided under that load, so that a replay decides again from the same ground.

create view {ns}_asof.parcel_scan as
select distinct on (p.shipment_id)
       p.shipment_id, e.occurred_at as last_scan_at, e.status as last_status, e.raw_status as last_word,
       e.location as last_location, e.region as last_region, count(*) over (partition by p.shipment_id) as scans
from {ns}_asof.parcel p
join {ns}_asof.tracking_events e on e.carrier = p.carrier and e.tracking_number = p.tracking_number
 and (p.shipped_at is null or e.occurred_at between p.shipped_at - interval '14 days' and p.shipped_at + interval '120 days')
order by p.shipment_id, e.occurred_at desc, e.raw_status;

create view {ns}_asof.message as
select m.touchpoint, m.subject_id, m.customer_id, m.order_id, m.class, m.channel, m.address_key, m.language, m.variant,
       m.priority, m.due_at, m.valid_until, m.planned_at, m.planned_load, m.run_id, e.state, e.reason, e.state_at, m.batch_id
from {ns}.message m
cross join lateral (
  select state, reason, state_at from {ns}.message_event e
  where e.touchpoint = m.touchpoint and e.subject_id = m.subject_id and (e.load_id is null or e.load_id < as_of_load())
  order by e.event_id desc limit 1
) e
where m.planned_load < as_of_load();

create view {ns}_asof.covers as select * from {ns}.covers where planned_load < as_of_load();

create or replace view {ns}_asof.waiting as
select * from {ns}_rec.waiting where from_load < as_of_load() and (to_load is null or to_load >= as_of_load());

create or replace view {ns}_asof.told as
select * from {ns}_rec.told where from_load < as_of_load() and (to_load is null or to_load >= as_of_load());

create view {ns}_asof.touchpoint_floor as select * from {ns}.touchpoint_floor;

-- The shared views of sql/facts call it by its bare name on either side.
create function {ns}_asof.business_now() returns timestamptz language sql stable as
  $$ select current_setting('todoke.as_of')::timestamptz $$;
