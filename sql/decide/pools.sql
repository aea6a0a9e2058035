-- Who:    pools of codes, with what is left for whoever comes first, what the last week took, and whom they failed this hour.
-- Grain:  pool.
-- Params: pools, as_of
select p.pool,
       (select count(*) from free_code f where f.pool = p.pool and f.customer_id is null) as left_over,
       (select count(*) from issued_code i join message m using (touchpoint, subject_id)
        where i.pool = p.pool and not i.shared and m.planned_at > :as_of - interval '7 days' and m.planned_at <= :as_of) as week,
       (select count(*) from candidate c where c.detail ->> 'pool' = p.pool and c.reason = 'no_code') as waiting,
       (select count(*) from candidate c
        where c.pool = p.pool and c.coupon is null and (c.verdict is null or c.verdict = 'approval')) as without
from unnest(cast(:pools as text[])) p (pool)
order by p.pool
