-- Effect: amount_of(text): an amount as a number to add up: 1980, ¥1,980, １，９８０円, ▲500; null for what is none.
-- Why:    a comma parts thousands only: 12,34 is no amount here.
-- Params: none
create function pg_temp.amount_of(value text) returns numeric language sql immutable as $$
  select case when v ~ '^-?(\d{1,14}|\d{1,3}(,\d{3}){1,4})(\.\d{1,4})?$' then replace(v, ',', '')::numeric end
  from (select regexp_replace(translate(pg_temp.plain_of(value), '▲△−¥\$ ', '---'), '円$', '')) as bare(v)
$$
