-- Effect: count_of(text): a whole number written plainly (2, ２, 2.0, 1,000). What is none stays as it is.
-- Params: none
create function pg_temp.count_of(value text) returns text language sql immutable as $$
  select coalesce(trim_scale(pg_temp.amount_of(value))::text, pg_temp.plain_of(value))
$$
