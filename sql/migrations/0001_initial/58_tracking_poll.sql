-- Whom we asked about which parcel, and what was told to us without being asked.

-- Grain: source x parcel. Written with the scans the answer held, so that what was lost is asked for again.
create table tracking_poll (
  source          text not null,
  carrier         text not null,
  tracking_number text not null,
  asked_at        timestamptz not null,  -- business time of the last call, answered or not
  answered_at     timestamptz,           -- of the last one answered
  failures        bigint not null default 0,  -- calls without an answer since then
  reason          text,                  -- of the last failure
  primary key (source, carrier, tracking_number)
);

-- Grain: scan a webhook told. Emptied by the load that takes it.
create table tracking_inbox (
  inbox_id        bigint generated always as identity primary key,
  source          text not null,
  received_at     timestamptz not null default clock_timestamp(),
  carrier         text,                  -- null: the source names none; found by the number
  tracking_number text not null,
  raw_status      text not null,
  occurred_at     text not null,
  location        text,
  eta_on          text,
  payload         text
);
