-- Who:    stored plans, newest first. One nobody decided in time reads `expired`.
-- Grain:  plan.
-- Params: plan_id
select plan_id, plan_hash, kind, request, summary, operator, previewed_at, expires_at, decided_by, decided_at, lifted_by, lifted_at,
       case when state = 'previewed' and expires_at <= clock_timestamp() then 'expired' else state end as state
from notice
where cast(:plan_id as text) is null or plan_id = :plan_id
order by previewed_at desc, plan_id
