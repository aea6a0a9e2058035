-- Stops:  touchpoints in draft.
-- Reason: draft. Class: all.
-- Params: none
update candidate
set verdict = 'dropped', reason = 'draft', detail = jsonb_build_object('mode', mode)
where verdict is null and mode = 'draft'
