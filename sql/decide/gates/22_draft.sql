-- Stops:  touchpoints in draft. Before every gate that writes something down: a draft leaves nothing in the ledger and nothing waiting.
-- Reason: draft. Class: all.
-- Params: none
update candidate
set verdict = 'dropped', reason = 'draft', detail = jsonb_build_object('mode', mode)
where verdict is null and mode = 'draft'
