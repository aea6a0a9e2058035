-- Effect: day_of(text): the date of a naive local time or date, as YYYY-MM-DD: 2026-09-05, 2026/9/5 8:03, 2026年9月5日, 20260905.
--         What is none stays as it is.
-- Params: none
create function pg_temp.day_of(value text) returns text language plpgsql stable as $$
declare
  plain text := regexp_replace(pg_temp.plain_of(value), '^(\d{4})年(\d{1,2})月(\d{1,2})日', '\1-\2-\3');
begin
  if plain !~ '^(\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]+\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?|20\d{6})$' then
    return value;
  end if;
  return to_char(plain::timestamp, 'YYYY-MM-DD');
exception when datetime_field_overflow or invalid_datetime_format then
  return value;
end $$
