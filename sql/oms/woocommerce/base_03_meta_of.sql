-- Effect: meta_of(meta_data, key): the value of a key of an order's meta data, the last where it is there twice.
-- Params: none
create or replace function pg_temp.meta_of(meta_data jsonb, wanted text) returns jsonb language sql immutable as $$
  select m.value -> 'value' from jsonb_array_elements(meta_data) with ordinality m (value, place)
  where m.value ->> 'key' = wanted order by m.place desc limit 1
$$
