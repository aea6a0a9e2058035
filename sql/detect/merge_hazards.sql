-- Who:    warnings a source shows now.
-- Grain:  hazard. Result: how many changed.
-- Why:    a warning that another one replaces ends where that one begins; computed before the comparison, so that reading
--         the same source twice writes nothing.
-- Params: rows
with shown as (
  select distinct on (hazard_id) *
  from jsonb_to_recordset(cast(:rows as jsonb)) as row (
    hazard_id text, kind text, severity text, region text, from_at timestamptz, until_at timestamptz,
    headline_ja text, headline_en text, source text, evidence jsonb, supersedes text)
  order by hazard_id, from_at desc
), known as (
  select * from shown
  union all
  select h.hazard_id, h.kind, h.severity, h.region, h.from_at, h.until_at, h.headline_ja, h.headline_en, h.source, h.evidence, h.supersedes
  from hazard h
  where h.hazard_id in (select supersedes from shown) and h.hazard_id not in (select hazard_id from shown)
), successor as (
  select supersedes as hazard_id, min(from_at) as from_at
  from (select supersedes, from_at from shown union all select supersedes, from_at from hazard) every
  where supersedes is not null
  group by supersedes
), wanted as (
  select k.hazard_id, k.kind, k.severity, k.region, k.from_at, least(k.until_at, s.from_at) as until_at,
         k.headline_ja, k.headline_en, k.source, coalesce(k.evidence, '{}') as evidence, k.supersedes
  from known k
  left join successor s using (hazard_id)
), written as (
  insert into hazard as h (hazard_id, kind, severity, region, from_at, until_at, headline_ja, headline_en, source, evidence, supersedes)
  select w.*
  from wanted w
  left join hazard stored using (hazard_id)
  where stored.hazard_id is null
     or (w.kind, w.severity, w.region, w.from_at, w.until_at, w.headline_ja, w.headline_en, w.source, w.evidence, w.supersedes)
        is distinct from
        (stored.kind, stored.severity, stored.region, stored.from_at, stored.until_at, stored.headline_ja, stored.headline_en,
         stored.source, stored.evidence, stored.supersedes)
  on conflict (hazard_id) do update set
    (kind, severity, region, from_at, until_at, headline_ja, headline_en, source, evidence, supersedes, from_load) =
    (excluded.kind, excluded.severity, excluded.region, excluded.from_at, excluded.until_at, excluded.headline_ja, excluded.headline_en,
     excluded.source, excluded.evidence, excluded.supersedes, current_load())
  returning h.hazard_id
)
select count(*) from written
