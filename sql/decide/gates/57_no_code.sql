-- Stops:  what is nothing without a coupon, where its pool has no code left for this person.
-- Reason: no_code. Class: M. Deferred: new codes let it go.
-- Why:    asked before the caps, so that what cannot leave takes nobody's place; 95_code gives the codes out.
-- Params: as_of
with asking as materialized (
  select c.touchpoint, c.subject_id, c.pool, k.person_id
  from candidate c left join contactable k using (customer_id)
  where c.verdict is null and cast(c.terms ->> 'required' as boolean) and c.terms ->> 'code' is null
), common as materialized (
  select p.pool from (select distinct pool from asking) p
  where exists (select from free_code f where f.pool = p.pool and f.customer_id is null)
)
update candidate c
set verdict = 'waiting', reason = 'no_code', detail = jsonb_build_object('pool', a.pool), recheck_at = :as_of + interval '1 hour'
from asking a
where c.touchpoint = a.touchpoint and c.subject_id = a.subject_id and a.pool not in (select pool from common)
  and not exists (select from free_code f join contactable k on k.customer_id = f.customer_id
                  where f.pool = a.pool and k.person_id = a.person_id)
