-- Effect: phone_of(text): a Japanese phone number in digits. A mobile number of ten digits or a fixed one of nine lost its zero
--         to a spreadsheet and gets it back; +81 stays. What is no such number stays as it is.
-- Params: none
create function pg_temp.phone_of(value text) returns text language sql immutable as $$
  select case when digits ~ '^([5789]0\d{8}|[1-9]\d{8})$' then '0' || digits when digits ~ '^(0|\+)\d{9,14}$' then digits
              else pg_temp.plain_of(value) end
  from (select regexp_replace(pg_temp.plain_of(value), '[ ()‐−ー–-]', '', 'g')) as bare(digits)
$$
