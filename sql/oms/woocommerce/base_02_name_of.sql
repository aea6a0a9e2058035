-- Effect: name_of(address): who lives there, in the order of the country.
-- Params: none
create or replace function pg_temp.name_of(address jsonb) returns text language sql immutable as $$
  select nullif(case when address ->> 'country' in ('JP', 'CN', 'KR', 'TW', 'HK')
                     then concat_ws(' ', nullif(address ->> 'last_name', ''), nullif(address ->> 'first_name', ''))
                     else concat_ws(' ', nullif(address ->> 'first_name', ''), nullif(address ->> 'last_name', '')) end, '')
$$
