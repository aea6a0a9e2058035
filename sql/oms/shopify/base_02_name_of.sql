-- Effect: name_of(country, family, given, whole): a name in the order of its country.
-- Params: none
create or replace function pg_temp.name_of(country text, family text, given text, whole text) returns text language sql immutable as $$
  select coalesce(
    nullif(case when country in ('JP', 'CN', 'KR', 'TW', 'HK') then concat_ws(' ', nullif(family, ''), nullif(given, ''))
                else concat_ws(' ', nullif(given, ''), nullif(family, '')) end, ''),
    nullif(whole, ''))
$$
