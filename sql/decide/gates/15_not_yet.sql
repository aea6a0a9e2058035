-- Stops:  what is due later than now: only an explanation, which looks ahead, ever sees it.
-- Reason: not_due_yet. Class: all.
-- Params: as_of
update candidate
set verdict = 'dropped', reason = 'not_due_yet', detail = jsonb_build_object('due_at', due_at)
where verdict is null and due_at > :as_of
