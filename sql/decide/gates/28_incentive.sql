-- Stops:  what is nothing without a coupon, where the shop front gives none for it (brand.toml, [sections.*.incentives]).
-- Reason: no_pool. Class: M. All others that may give one learn from which pool: that of their due row (context.pool), else the section's.
-- Why:    a coupon is advertising: transactional and service messages give one to who agreed to that.
-- Params: incentives
update candidate c
set pool = case when w.terms is not null then w.pool end, terms = w.terms || jsonb_build_object('required', w.required),
    verdict = case when w.required and w.terms is null then 'dropped' end,
    reason = case when w.required and w.terms is null then 'no_pool' end,
    detail = case when w.required and w.terms is null then jsonb_build_object('source', w.source, 'pool', w.pool) end
from (
  select d.touchpoint, d.subject_id, s.source, p.pool, cast(t.value ->> 'required' as boolean) as required,
         cast(:incentives as jsonb) -> 'sections' -> s.source -> 'pools' -> p.pool as terms
  from candidate d
  join jsonb_each(cast(:incentives as jsonb) -> 'touchpoints') t on t.key = d.touchpoint
  left join orders o on o.order_id = d.order_id
  cross join lateral (select coalesce(o.source, cast(:incentives as jsonb) ->> 'default') as source) s
  cross join lateral (
    select coalesce(d.context ->> 'pool', cast(:incentives as jsonb) -> 'sections' -> s.source -> 'incentives' ->> d.touchpoint) as pool
  ) p
  where d.verdict is null and t.value -> 'variants' ? d.variant
    and (d.class = 'M' or coalesce(cast(d.recipient ->> 'consent' as boolean), false))
) w
where c.touchpoint = w.touchpoint and c.subject_id = w.subject_id
