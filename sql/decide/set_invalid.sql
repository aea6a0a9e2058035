-- Who:    candidates that break an expectation of the due set. Deferred while they are worth sending: a corrected due file, feed or
--         declaration lets them go. One without a customer or a time cannot be kept and is dropped.
-- Params: touchpoints, subjects, reasons, as_of
update candidate c
set verdict = case when num_nulls(c.customer_id, c.due_at, c.valid_until) > 0 then 'dropped' else 'waiting' end,
    reason = n.reason, detail = jsonb_build_object('due_at', c.due_at, 'valid_until', c.valid_until, 'variant', c.variant),
    recheck_at = :as_of + interval '1 hour'
from unnest(cast(:touchpoints as text[]), cast(:subjects as text[]), cast(:reasons as text[])) n (touchpoint, subject_id, reason)
where c.verdict is null and c.touchpoint = n.touchpoint and c.subject_id = n.subject_id
