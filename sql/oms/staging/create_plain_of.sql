-- Effect: plain_of(text): a code, number, date or word as it was meant: full-width characters narrow, no blanks around it, none
--         of the ="..." or ' with which programs keep a spreadsheet from counting. Empty is null. Not for names of people.
-- Params: none
create function pg_temp.plain_of(value text) returns text language sql immutable as $$
  select nullif(btrim(regexp_replace(btrim(normalize(value, NFKC), E' \t\r\n'''), '^="?(.*?)"?$', '\1')), '')
$$
