-- Stops:  what is nothing without a coupon, where those before it took the last code of the pool. Everybody else gets theirs.
-- Reason: no_code. Class: M. Deferred.
-- Why:    the person's own codes first (of any of their ids), then common ones; what ends sooner goes first. The order is that of
--         priority, then of the key, so that deciding again gives the same. Held-out messages take none; what waits for approval
--         does. Who asks are few and their codes are looked up: everybody's held against them grows with the square of the shop.
-- Params: as_of
with asking as materialized (
  select c.touchpoint, c.subject_id, c.pool, c.priority, c.due_at, k.person_id
  from candidate c left join contactable k using (customer_id)
  where (c.verdict is null or c.verdict = 'approval') and c.pool is not null and c.terms ->> 'code' is null
), ids as materialized (
  select distinct a.pool, a.person_id, i.customer_id
  from asking a
  cross join lateral (
    select a.person_id as customer_id
    union all
    select c.customer_id from customers c where c.status = 'merged_into:' || a.person_id and c.status like 'merged_into:%'
  ) i
), own as (
  select i.pool, i.person_id, f.code, f.ends_on, row_number() over (partition by i.pool, i.person_id order by f.ends_on, f.code) as place
  from ids i join free_code f on f.pool = i.pool and f.customer_id = i.customer_id
), personal as materialized (
  select a.touchpoint, a.subject_id, own.code, own.ends_on
  from (
    select *, row_number() over (partition by pool, person_id order by priority desc, due_at, touchpoint, subject_id) as place from asking
  ) a
  join own using (pool, person_id, place)
), left_over as materialized (
  select touchpoint, subject_id, pool, row_number() over (partition by pool order by priority desc, due_at, touchpoint, subject_id) as place
  from asking where (touchpoint, subject_id) not in (select touchpoint, subject_id from personal)
), common as materialized (
  select p.pool, f.code, f.ends_on, f.place
  from (select pool, count(*) as n from left_over group by pool) p
  cross join lateral (
    select code, ends_on, row_number() over (order by ends_on, code) as place
    from free_code where pool = p.pool and customer_id is null order by ends_on, code limit p.n
  ) f
), given as materialized (
  select touchpoint, subject_id, code, ends_on from personal
  union all
  select l.touchpoint, l.subject_id, f.code, f.ends_on from left_over l join common f using (pool, place)
)
update candidate c
set coupon = case when w.code is not null
      then c.terms - '{required,valid_days}'::text[] || jsonb_build_object('code', w.code, 'ends_on', least(w.ends_on, w.until_on)) end,
    verdict = case when w.code is null and w.required then 'waiting' else c.verdict end,
    reason = case when w.code is null and w.required then 'no_code' else c.reason end,
    detail = case when w.code is null and w.required then jsonb_build_object('pool', c.pool) else c.detail end,
    recheck_at = case when w.code is null and w.required then :as_of + interval '1 hour' else c.recheck_at end
from (
  select d.touchpoint, d.subject_id, coalesce(d.terms ->> 'code', g.code) as code, g.ends_on, cast(d.terms ->> 'required' as boolean) as required,
         (:as_of at time zone coalesce(d.zone, 'Asia/Tokyo'))::date + cast(d.terms ->> 'valid_days' as integer) as until_on
  from candidate d left join given g using (touchpoint, subject_id)
  where (d.verdict is null or d.verdict = 'approval') and d.pool is not null
) w
where c.touchpoint = w.touchpoint and c.subject_id = w.subject_id
