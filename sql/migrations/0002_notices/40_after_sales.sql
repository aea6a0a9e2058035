-- What refund_issued, return_update and subscription_upcoming read: raw, indexed columns.

create index on refunds (at);

create index on subscriptions (next_ship_on) where next_ship_on is not null;
create index on {ns}_rec.subscriptions_old (next_ship_on) where next_ship_on is not null;
create index on subscriptions (change_until) where change_until is not null;
create index on {ns}_rec.subscriptions_old (change_until) where change_until is not null;

-- Where the customer finds the label to send something back with; its children and the view on them get it too.
alter table {ns}_rec.returns add label_url text;
create or replace view {ns}_asof.returns as
select * from {ns}_rec.returns where from_load <= as_of_load() and (to_load is null or to_load > as_of_load());

-- Grain: return x state it entered. Written by trigger alone: an order system says where a return stands, not since when.
create table return_state (
  return_id text not null,
  state     text not null,
  order_id  text not null,
  at        timestamptz not null,    -- opened_at or closed_at; in between the business time of the load that brought the state
  primary key (return_id, state)
);
create index on return_state (at);
create index on return_state (order_id);
select keep_facts('return_state');

-- A return first seen half-way entered its state nobody knows when: not before it was opened, which is long ago for what a shop
-- brings along on its first day.
create function record_return_state() returns trigger language plpgsql as $$
begin
  insert into return_state (return_id, state, order_id, at)
  select return_id, status, order_id,
         case when status in ('refunded', 'replaced', 'rejected') then coalesce(closed_at, opened_at) else opened_at end
  from new_rows
  on conflict (return_id, state) do nothing;
  return null;
end $$;

create function record_return_change() returns trigger language plpgsql as $$
begin
  insert into return_state (return_id, state, order_id, at)
  select n.return_id, n.status, n.order_id,
         case when n.status in ('refunded', 'replaced', 'rejected') then least(n.closed_at, l.as_of) else l.as_of end
  from new_rows n
  join old_rows o using (return_id)
  join load l on l.load_id = current_load()
  where n.status <> o.status
  on conflict (return_id, state) do nothing;
  return null;
end $$;

create trigger e_state after insert on returns referencing new table as new_rows for each statement execute function record_return_state();
create trigger f_state after update on returns referencing old table as old_rows new table as new_rows
  for each statement execute function record_return_change();
alter table returns enable always trigger e_state, enable always trigger f_state;
