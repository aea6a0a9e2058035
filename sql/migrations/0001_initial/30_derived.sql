-- Facts derived at write from the canonical tables: what due files read as raw, indexed columns.

-- Grain: shipment. The fold of its scans over what the order system says; a carrier's terminal scan wins.
create table parcel (
  shipment_id         text primary key,
  order_id            text not null,
  recipient_no        bigint,
  carrier             text not null,
  tracking_number     text,
  region              text,          -- destination, ISO 3166-2
  origin_region       text,          -- warehouse, ISO 3166-2
  oms_shipped_at      timestamptz,
  oms_delivered_at    timestamptz,
  carrier_picked_up_at timestamptz,
  carrier_delivered_at timestamptz,
  shipped_at          timestamptz,   -- first proof of hand-over, from either
  out_for_delivery_at timestamptz,   -- last time
  attempt_failed_at   timestamptz,   -- last time
  attempts            bigint not null default 0,  -- how often nobody could take it
  held_at             timestamptz,   -- last time
  delivered_at        timestamptz,   -- at the customer; null when it came back
  returned_at         timestamptz,   -- turned round or back at the sender
  problem_at          timestamptz,   -- lost, damaged, exception
  problem             text,
  eta_on              date,          -- the carrier's newest
  promised_on         date
) with (fillfactor = 80);
create index on parcel (order_id);
create index on parcel (shipped_at);
create index on parcel (delivered_at);
create index on parcel (out_for_delivery_at) where out_for_delivery_at is not null;
create index on parcel (attempt_failed_at) where attempt_failed_at is not null;
select keep_history('parcel');

-- Grain: shipment. Moves with every scan, so it has no history: the as-of side folds tracking_events instead.
create table parcel_scan (
  shipment_id   text primary key,
  last_scan_at  timestamptz not null,
  last_status   text not null,
  last_word     text not null,
  last_location text,
  last_region   text,
  scans         bigint not null
) with (fillfactor = 60);
create index on parcel_scan (last_scan_at);

-- Grain: order.
create table order_progress (
  order_id           text primary key,
  customer_id        text not null,
  placed_at          timestamptz not null,
  order_number       bigint not null,  -- nth order of this customer that was not cancelled, exchanges and replacements not counted
  zone               text not null,    -- IANA zone that decides when a day ends
  promised_on        date,             -- requested day, else promised day
  promise_ends_at    timestamptz,      -- end of that day in zone
  first_shipped_at   timestamptz,
  shipped_all_at     timestamptz,      -- every ordered quantity handed over
  delivered_at       timestamptz,      -- every non-cancelled quantity arrived
  returned_at        timestamptz,      -- return opened or parcel turned round
  cancelled_at       timestamptz,
  content            jsonb,            -- what is to come, whereto and for when: {lines, address} as hashes, {day, slot} as they are
  content_changed_at timestamptz       -- business time of the load that last changed it; null while it is as first seen
) with (fillfactor = 80);
create index on order_progress (placed_at);
create index on order_progress (delivered_at);
create index on order_progress (customer_id, placed_at);
create index on order_progress (promise_ends_at);
create index on order_progress (cancelled_at) where cancelled_at is not null;
create index on order_progress (content_changed_at) where content_changed_at is not null;
select keep_history('order_progress');

-- Grain: order x cause. Why an order is or will be late, since when, and what can honestly be said of the new date.
create table delay (
  order_id       text not null,
  cause          text not null,
  shipment_id    text,
  region         text,
  evidence       jsonb not null default '{}',
  first_seen_at  timestamptz not null,
  changed_at     timestamptz not null,
  lifted_at      timestamptz,
  new_from_on    date,
  new_until_on   date,
  primary key (order_id, cause)
);
create index on delay (changed_at);
select keep_history('delay');

-- Grain: customer x product. When what was bought will be used up.
create table run_out (
  customer_id   text not null,
  product_id    text not null,
  run_out_on    date not null,
  remind_at     timestamptz not null,  -- 09:00 of the day to write, lead time already taken off
  basis         text not null check (basis in ('own_interval', 'consumption', 'durable')),
  interval_days bigint not null,
  last_order_id text not null,
  last_bought_at timestamptz not null,
  purchases     bigint not null,
  primary key (customer_id, product_id)
) with (fillfactor = 85);
create index on run_out (remind_at);
create index on run_out (last_order_id);
select keep_history('run_out');

-- Grain: load x order. What changed since a run: the due files' :touched.
create table touched_order (
  load_id  bigint not null,
  order_id text not null,
  primary key (load_id, order_id)
);

-- Facts that could not be used: kept with the reason until they come right.
create table rejected_fact (
  table_name  text not null,
  row_hash    text not null,
  column_name text not null,
  reason      text not null,
  file        text,
  line        bigint,
  content     jsonb not null,
  run_id      text,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null,
  primary key (table_name, row_hash, column_name)
);

-- Grain: feed. How far each source table was read, and whether what needs it may be decided.
create table feed (
  feed          text primary key,
  watermark_at  timestamptz,           -- next read begins here, less an overlap
  newest_row_at timestamptz,           -- newest business instant seen: what staleness is measured against
  rows_read     bigint not null default 0,
  state         text not null,
  reason        text,
  changed_at    timestamptz not null
);
