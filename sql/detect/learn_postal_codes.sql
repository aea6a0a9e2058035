-- Who:    postal codes that were just looked up.
-- Grain:  postal code x municipality.
-- Why:    all rows of a code are written anew: in another edition it may lie in another municipality.
-- Params: rows, edition
with found as (
  select *
  from jsonb_to_recordset(cast(:rows as jsonb)) as row (postal_code text, municipality text, region text)
), gone as (
  delete from postal_area a
  using (select distinct postal_code from found) f
  where a.postal_code = f.postal_code
    and not exists (select from found s where (s.postal_code, s.municipality) = (a.postal_code, a.municipality))
)
insert into postal_area (postal_code, municipality, region, edition)
select postal_code, municipality, region, :edition from found
on conflict (postal_code, municipality) do update set region = excluded.region, edition = excluded.edition
