-- Who:    areas of those hazards: new, changed, and no longer listed at all.
-- Grain:  hazard x area. Result: ids of hazards whose areas changed.
-- Params: rows, hazards
with wanted as (
  select *
  from jsonb_to_recordset(cast(:rows as jsonb)) as row (
    hazard_id text, region text, municipality text, postal_prefix text, part text, from_at timestamptz, until_at timestamptz)
), gone as (
  delete from hazard_area a
  where a.hazard_id = any(cast(:hazards as text[]))
    and not exists (select from wanted w where (w.hazard_id, w.region, w.municipality, w.postal_prefix, w.part)
                                               = (a.hazard_id, a.region, a.municipality, a.postal_prefix, a.part))
  returning a.hazard_id
), written as (
  insert into hazard_area as a (hazard_id, region, municipality, postal_prefix, part, from_at, until_at)
  select w.*
  from wanted w
  left join hazard_area stored using (hazard_id, region, municipality, postal_prefix, part)
  where stored.hazard_id is null or (w.from_at, w.until_at) is distinct from (stored.from_at, stored.until_at)
  on conflict (hazard_id, region, municipality, postal_prefix, part) do update
    set (from_at, until_at, from_load) = (excluded.from_at, excluded.until_at, current_load())
  returning a.hazard_id
)
select hazard_id from gone union select hazard_id from written
