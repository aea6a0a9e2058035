-- Effect: instant_of(text): a local time of the mapping's zone, or one with its offset, as ISO 8601 in UTC. A day is its first
--         moment. What is none stays as it is, so that validation rejects that row by file, line and column.
-- Why:    only year-first: 01/02/2017 has two meanings, and 'now' is a time to PostgreSQL.
-- Params: none
create function pg_temp.instant_of(value text) returns text language plpgsql stable as $$
declare
  plain text := regexp_replace(pg_temp.plain_of(value), '^(\d{4})年(\d{1,2})月(\d{1,2})日', '\1-\2-\3');
begin
  if plain ~ '^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]+\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$' then
    return to_char(plain::timestamp::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  elsif plain ~ '^\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]+\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)? ?(Z|UTC|[+-]\d{2}:?\d{2})$' then
    return to_char(plain::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  end if;
  return value;
exception when datetime_field_overflow or invalid_datetime_format then
  return value;
end $$
