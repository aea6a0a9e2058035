-- Who:    candidates that went no further, by verdict and reason, over all runs after :since. One asked about again counts again.
-- Grain:  touchpoint x verdict:reason.
-- Params: since
select t.key as touchpoint, v.key as verdict, sum(cast(v.value as bigint)) as times
from run r
cross join lateral jsonb_each(r.verdicts) t
cross join lateral jsonb_each_text(t.value) v
where r.as_of > :since and (v.key like 'dropped:%' or v.key like 'expired%')
group by 1, 2
order by 1, 2
