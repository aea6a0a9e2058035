-- Who:    what waited in the record where the shadow begins. {live}: the namespace of the record.
-- Params: touchpoints, load_id
insert into waiting (touchpoint, subject_id, customer_id, order_id, due_at, valid_until, reason, detail, recheck_at, since_at, run_id)
select touchpoint, subject_id, customer_id, order_id, due_at, valid_until, reason, detail, recheck_at, since_at, run_id
from {live}_rec.waiting
where touchpoint = any(cast(:touchpoints as text[])) and from_load <= :load_id and (to_load is null or to_load > :load_id)
