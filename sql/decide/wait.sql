-- Who:    candidates that may not leave now: each is arbitrated again every hour inside its validity.
-- Grain:  touchpoint x subject. Unchanged rows are not written again.
-- Why:    of several orders another may speak for the subject now: the row follows it, for it is the order asked about next hour.
-- Params: as_of, run_id
insert into waiting as w (touchpoint, subject_id, customer_id, order_id, due_at, valid_until, reason, detail, recheck_at, since_at, run_id)
select touchpoint, subject_id, customer_id, order_id, due_at, valid_until, reason, detail, recheck_at, :as_of, :run_id
from candidate where verdict = 'waiting'
on conflict (touchpoint, subject_id) do update
set customer_id = excluded.customer_id, order_id = excluded.order_id, reason = excluded.reason, detail = excluded.detail, recheck_at = excluded.recheck_at, due_at = excluded.due_at,
    valid_until = excluded.valid_until, run_id = excluded.run_id, from_load = current_load()
where (w.customer_id, w.order_id, w.reason, w.detail, w.due_at, w.valid_until)
      is distinct from (excluded.customer_id, excluded.order_id, excluded.reason, excluded.detail, excluded.due_at, excluded.valid_until)
