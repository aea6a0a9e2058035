-- Tracking pages as they were published (tasks/publish.py).

-- Grain: order with a page. Its version is part of its address: a revoked address never comes back.
create table tracking_page (
  order_id     text primary key,
  version      integer not null default 0,     -- addresses that were revoked
  digest       text,                           -- of the files in the store; null: publish them with the next run
  has_calendar boolean not null default false,
  ends_at      timestamptz,                    -- business time from which it shows nothing of the order any more
  ended        boolean not null default false,
  revoked_at   timestamptz,
  revoked_by   text
);
create index on tracking_page (ends_at) where not ended;
create index on tracking_page (order_id) where digest is null and not ended;
create index on tracking_page (order_id) where version > 0;
