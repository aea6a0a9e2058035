-- Effect: postal_of(text): a Japanese postal code as 060-0001. Five or six digits lost their zeros to a spreadsheet and get
--         them back. What is none stays as it is.
-- Params: none
create function pg_temp.postal_of(value text) returns text language sql immutable as $$
  select case when digits ~ '^\d{5,7}$' then regexp_replace(lpad(digits, 7, '0'), '^(...)', '\1-') else pg_temp.plain_of(value) end
  from (select regexp_replace(pg_temp.plain_of(value), '[〒 ‐−ー–-]', '', 'g')) as bare(digits)
$$
