-- Who:    hazards as they are known after this hour's statements.
-- Grain:  hazard. Result: ids of those that changed.
-- Why:    only what differs is written, so that reading the same source twice leaves no history.
-- Params: rows
insert into hazard as h (hazard_id, kind, severity, halts, from_at, until_at, state, said_at, source, message, carrier,
                         headline_ja, headline_en, evidence, supersedes)
select w.*
from jsonb_to_recordset(cast(:rows as jsonb)) as w (
  hazard_id text, kind text, severity text, halts boolean, from_at timestamptz, until_at timestamptz, state text,
  said_at timestamptz, source text, message text, carrier text, headline_ja text, headline_en text, evidence jsonb, supersedes jsonb)
left join hazard stored using (hazard_id)
where stored.hazard_id is null
   or (w.kind, w.severity, w.halts, w.from_at, w.until_at, w.state, w.said_at, w.source, w.message, w.carrier, w.headline_ja,
       w.headline_en, w.evidence, w.supersedes)
      is distinct from
      (stored.kind, stored.severity, stored.halts, stored.from_at, stored.until_at, stored.state, stored.said_at, stored.source,
       stored.message, stored.carrier, stored.headline_ja, stored.headline_en, stored.evidence, stored.supersedes)
on conflict (hazard_id) do update set
  (kind, severity, halts, from_at, until_at, state, said_at, source, message, carrier, headline_ja, headline_en, evidence, supersedes,
   from_load) =
  (excluded.kind, excluded.severity, excluded.halts, excluded.from_at, excluded.until_at, excluded.state, excluded.said_at,
   excluded.source, excluded.message, excluded.carrier, excluded.headline_ja, excluded.headline_en, excluded.evidence,
   excluded.supersedes, current_load())
returning h.hazard_id
