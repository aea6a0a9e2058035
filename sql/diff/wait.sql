-- Effect: what waits after this hour, of the touchpoints it decided (as decide/wait and decide/stop_waiting).
-- Params: touchpoints, as_of, run_id
with before as (
  delete from waiting where touchpoint = any(:touchpoints) returning touchpoint, subject_id, since_at
)
insert into waiting (touchpoint, subject_id, customer_id, order_id, due_at, valid_until, reason, detail, recheck_at, since_at, run_id)
select c.touchpoint, c.subject_id, c.customer_id, c.order_id, c.due_at, c.valid_until, c.reason, c.detail, c.recheck_at,
       coalesce(b.since_at, :as_of), :run_id
from candidate c left join before b using (touchpoint, subject_id)
where c.verdict = 'waiting'
