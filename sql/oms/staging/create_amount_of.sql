-- Effect: amount_of(text): a plain decimal as a number to add up; null for what is none.
-- Params: none
create function pg_temp.amount_of(value text) returns numeric language sql immutable as $$
  select case when value ~ '^-?\d{1,14}(\.\d{1,4})?$' then value::numeric end
$$
