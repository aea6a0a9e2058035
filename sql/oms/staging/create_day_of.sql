-- Effect: day_of(text): the date of a naive local time or date, as YYYY-MM-DD. What is none stays as it is.
-- Params: none
create function pg_temp.day_of(value text) returns text language plpgsql stable as $$
begin
  if value !~ '^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?$' then
    return value;
  end if;
  return to_char(value::timestamp, 'YYYY-MM-DD');
exception when datetime_field_overflow or invalid_datetime_format then
  return value;
end $$
