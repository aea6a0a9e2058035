-- Who:    the newest hour that was decided by a business time (null: of all), with what it decided by, and where its ledger ended:
--         `seen_after` and `ended_by` are what the next hour saw and when it began; null where there is none.
-- Grain:  run; none before the first.
-- Params: as_of
select r.run_id, r.as_of, r.load_id, r.rulebook, r.inputs, cast(r.seen as text) as seen, cast(n.seen as text) as seen_after,
       n.decided_at as ended_by, exists (select from run k where k.plan_id is null and not k.is_express and k.as_of > r.as_of) as is_past
from run r
left join lateral (
  select k.seen, k.decided_at from run k where k.plan_id is null and not k.is_express and k.as_of > r.as_of order by k.as_of, k.decided_at limit 1
) n on true
where r.plan_id is null and not r.is_express and (cast(:as_of as timestamptz) is null or r.as_of <= :as_of)
order by r.as_of desc, r.decided_at desc
limit 1
