-- Effect: region_of(country, province): ISO 3166-2. Shopify's province code has the country's in Japan (JP-13), not elsewhere (CA).
-- Params: none
create or replace function pg_temp.region_of(country text, province text) returns text language sql immutable as $$
  select case when country = '' or province = '' then null
              when province like country || '-%' then province
              else country || '-' || province end
$$
