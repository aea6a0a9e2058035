-- Stops:  what has a ledger row already. The unique index is the guard; this says so before it is asked.
-- Reason: already_<state>. Class: all.
-- Params: none
update candidate c
set verdict = 'done', reason = 'already_' || m.state, detail = jsonb_build_object('state', m.state, 'planned_at', m.planned_at)
from message m
where c.verdict is null and m.touchpoint = c.touchpoint and m.subject_id = c.subject_id
