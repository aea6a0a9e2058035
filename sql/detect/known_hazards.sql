-- Who:    hazards that a new statement may still concern: those that are not over, or ended less than 40 days before :as_of.
-- Grain:  hazard, with its areas.
-- Params: as_of
select h.hazard_id, h.kind, h.severity, h.from_at, h.until_at, h.state, h.said_at, h.source, h.message, h.carrier, h.headline_ja,
       h.headline_en, h.evidence, h.supersedes,
       (select jsonb_agg(jsonb_build_object('region', a.region, 'municipality', a.municipality, 'postal_prefix', a.postal_prefix,
                                            'part', a.part, 'from_at', a.from_at, 'until_at', a.until_at)
                         order by a.region, a.municipality, a.postal_prefix, a.part)
        from hazard_area a where a.hazard_id = h.hazard_id) as areas
from hazard h
where h.until_at is null or h.until_at > :as_of - interval '40 days'
