-- Who:    every instant of the drop.
-- Grain:  ISO 8601 with Japan's offset; null stays null.
-- Params: none
create function pg_temp.iso(instant timestamptz) returns text
language sql stable parallel safe as $$
    select to_char(instant at time zone 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"')
$$
