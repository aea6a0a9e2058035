-- Who:    what waits, as the ledger of a shadow (shadow/views/message).
-- Params: none
select touchpoint, subject_id, customer_id, order_id, due_at, valid_until, reason, detail, recheck_at, since_at, run_id
from {live}_rec.waiting
where from_load <= {live}.as_of_load() and (to_load is null or to_load > {live}.as_of_load())
  and touchpoint <> all(cast(current_setting('todoke.shadow_touchpoints') as text[]))
union all
select touchpoint, subject_id, customer_id, order_id, due_at, valid_until, reason, detail, recheck_at, since_at, run_id from {shadow}.waiting
