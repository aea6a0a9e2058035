-- What a replay needs: by which rules a run decided, what it saw of the ledger, and the ledger as it saw it.

-- Grain: version of the rules. Every file a decision is a function of, as text: a replay needs no other copy of the project.
create table rulebook (
  version     text primary key,        -- hash of files
  files       jsonb not null,          -- path below the project -> text
  recorded_at timestamptz not null default clock_timestamp()
);
create trigger a_frozen before update or delete or truncate on rulebook for each statement execute function refuse_change();
alter table rulebook enable always trigger a_frozen;

-- A run's own transaction, and what of the ledger was committed when it began to decide.
alter table run add rulebook text, add inputs jsonb, add xact xid8, add seen pg_snapshot;
alter table message_event add xact xid8;
alter table message_event alter xact set default pg_current_xact_id();
create index on message_event (xact) where xact is not null;

-- What the run looked at saw of a message's states. Without its snapshot, or of a time before snapshots were kept: what an earlier
-- load wrote.
create function {ns}_asof.was_seen(xact xid8, load_id bigint) returns boolean language sql stable as $$
  select case when xact is null or current_setting('todoke.as_of_seen', true) is null
                or current_setting('todoke.as_of_seen', true) = ''
         then load_id is null or load_id < {ns}.as_of_load()
         else pg_visible_in_snapshot(xact, current_setting('todoke.as_of_seen')::pg_snapshot) end
$$;

create or replace view {ns}_asof.message as
select m.touchpoint, m.subject_id, m.customer_id, m.order_id, m.class, m.channel, m.address_key, m.language, m.variant,
       m.priority, m.due_at, m.valid_until, m.planned_at, m.planned_load, m.run_id, e.state, e.reason, e.state_at, m.batch_id, m.seed
from {ns}.message m
cross join lateral (
  select state, reason, state_at from {ns}.message_event e
  where e.touchpoint = m.touchpoint and e.subject_id = m.subject_id and {ns}_asof.was_seen(e.xact, e.load_id)
  order by e.event_id desc limit 1
) e;

create or replace view {ns}_asof.message_event as
select * from {ns}.message_event where {ns}_asof.was_seen(xact, load_id);

create view {ns}_asof.touched_order as select * from {ns}.touched_order where load_id <= {ns}.as_of_load();
create view {ns}_asof.run as select * from {ns}.run where load_id < {ns}.as_of_load();

-- Feeds move on every hour; what a run found of them is one of its inputs.
create view {ns}_asof.feed as
select f.key as feed, f.value ->> 'state' as state, f.value ->> 'reason' as reason
from jsonb_each(current_setting('todoke.as_of_feeds')::jsonb) f;

-- The same functions on this side: their bodies name no schema, so each reads the runs of the side it is called on.
do $do$
declare signature text;
begin
  foreach signature in array array['volume_between(timestamptz, timestamptz)', 'usual_volume(timestamptz, integer)'] loop
    execute replace(pg_get_functiondef(('{ns}.' || signature)::regprocedure), 'FUNCTION {ns}.', 'FUNCTION {ns}_asof.');
  end loop;
end $do$;

-- What every run decided, as it was then: the first state of each message, and what waited after it. For comparing only. Copies for
-- colleagues (seeds) follow from messages and are no decisions of their own.
create view {ns}_asof.decided_message as
select m.run_id, m.touchpoint, m.subject_id, m.customer_id, m.order_id, m.class, coalesce(m.fell_back_from, m.channel) as channel,
       m.language, m.variant, m.priority, m.due_at, m.valid_until, e.state, e.reason, k.context,
       k.recipient -> 'coupon' ->> 'code' as coupon
from {ns}.message m
cross join lateral (
  select state, reason from {ns}.message_event e
  where e.touchpoint = m.touchpoint and e.subject_id = m.subject_id order by e.event_id limit 1
) e
left join {ns}.message_content k on k.touchpoint = m.touchpoint and k.subject_id = m.subject_id
where not m.seed;

create view {ns}_asof.decided_waiting as
select touchpoint, subject_id, customer_id, order_id, due_at, valid_until, reason, detail
from {ns}_rec.waiting where from_load <= {ns}.as_of_load() and (to_load is null or to_load > {ns}.as_of_load());

create view {ns}_asof.decided_end as
select r.run_id, e.touchpoint, e.subject_id, e.state, e.reason
from {ns}.run r
join {ns}.message_event e on e.xact = r.xact and e.state in ('cancelled', 'expired')
join {ns}.message m on m.touchpoint = e.touchpoint and m.subject_id = e.subject_id and not m.seed
where exists (select from {ns}.message_event f
              where f.touchpoint = e.touchpoint and f.subject_id = e.subject_id and f.event_id < e.event_id);

-- Runs as recorded, the one looked at among them.
create view {ns}_asof.decided_run as select * from {ns}.run;

-- As the fold of the live side: a walk of the past has loaded scans of its future.
create or replace view {ns}_asof.parcel_scan as
select distinct on (p.shipment_id)
       p.shipment_id, e.occurred_at as last_scan_at, e.status as last_status, e.raw_status as last_word,
       e.location as last_location, e.region as last_region, count(*) over (partition by p.shipment_id) as scans
from {ns}_asof.parcel p
join {ns}_asof.tracking_events e on e.carrier = p.carrier and e.tracking_number = p.tracking_number
 and (p.shipped_at is null or e.occurred_at between p.shipped_at - interval '14 days' and p.shipped_at + interval '120 days')
where e.occurred_at <= {ns}_asof.business_now()
order by p.shipment_id, e.occurred_at desc, e.raw_status, e.location;
