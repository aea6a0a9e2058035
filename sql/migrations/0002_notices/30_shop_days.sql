-- When the shop works, and indexes for what is due because of a parcel that waits, is lost or comes back, or of a delay that is over.

-- Grain: day, around the time of the last run. brand.toml's calendar as the facts that due files count business days by.
create table shop_day (
  day       date primary key,
  is_open   boolean not null,
  nth       integer not null,       -- business days so far, this one included: n after this one is nth + n
  from_at   timestamptz not null,   -- an order placed after it, and
  cutoff_at timestamptz not null,   -- by then, counts for this day
  ends_at   timestamptz not null
);
create index on shop_day (cutoff_at) where is_open;
create index on shop_day (nth) where is_open;
select keep_history('shop_day');

create index on parcel (problem_at) where problem_at is not null;
create index on parcel (returned_at) where returned_at is not null;
create index on parcel (held_at) where held_at is not null;
create index on {ns}_rec.parcel_old (problem_at) where problem_at is not null;
create index on {ns}_rec.parcel_old (returned_at) where returned_at is not null;
create index on {ns}_rec.parcel_old (held_at) where held_at is not null;

create index on delay (lifted_at);
create index on {ns}_rec.delay_old (lifted_at);

create index on order_progress (placed_at) where first_shipped_at is null and cancelled_at is null;
create index on {ns}_rec.order_progress_old (placed_at) where first_shipped_at is null and cancelled_at is null;
