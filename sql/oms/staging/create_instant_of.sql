-- Effect: instant_of(text): a naive local time of the mapping's zone as ISO 8601 in UTC. What is none stays as it is, so
--         that validation rejects that row by file, line and column.
-- Why:    only year-first: 01/02/2017 has two meanings, and 'now' is a time to PostgreSQL.
-- Params: none
create function pg_temp.instant_of(value text) returns text language plpgsql stable as $$
begin
  if value !~ '^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$' then
    return value;
  end if;
  return to_char(value::timestamp::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
exception when datetime_field_overflow or invalid_datetime_format then
  return value;
end $$
