-- Grain: message that gives a coupon, reserved in the transaction that wrote its ledger row. A code of coupon_codes stands here once:
-- it goes to nobody else unless its message ended unsent (view returned_code), and then this row makes room.
create table issued_code (
  touchpoint  text not null,
  subject_id  text not null,
  pool        text not null,
  code        text not null,
  shared      boolean not null,      -- one code for everybody, as brand.toml says
  customer_id text not null,
  ends_on     date not null,         -- the last day the message names
  primary key (touchpoint, subject_id)
);
create unique index on issued_code (pool, code) where not shared;
select keep_history('issued_code');

-- As the ledger: what stood before the run that decided under that load.
create or replace view {ns}_asof.issued_code as
select * from {ns}_rec.issued_code where from_load < as_of_load() and (to_load is null or to_load >= as_of_load());

create view {ns}_asof.message_event as
select * from {ns}.message_event where load_id is null or load_id < as_of_load();
