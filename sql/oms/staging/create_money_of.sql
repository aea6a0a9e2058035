-- Effect: money_of(text): an amount written plainly. What is none stays as it is, so that validation rejects that row by name.
-- Params: none
create function pg_temp.money_of(value text) returns text language sql immutable as $$
  select coalesce(pg_temp.amount_of(value)::text, pg_temp.plain_of(value))
$$
