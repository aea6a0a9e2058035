-- Effect: region_of(country, state): ISO 3166-2. WooCommerce writes JP13 in Japan, CA in America, a name where it knows no codes.
-- Params: none
create or replace function pg_temp.region_of(country text, state text) returns text language sql immutable as $$
  select case when state ~ ('^' || country || '-?[A-Z0-9]{1,3}$') and length(state) > 3 then country || '-' || ltrim(substr(state, 3), '-')
              when country ~ '^[A-Z]{2}$' and state ~ '^[A-Z0-9]{1,3}$' then country || '-' || state end
$$
