-- Stops:  touchpoints whose messages wait for a person's approval.
-- Reason: approval. Class: all. Released from the ledger.
-- Params: none
update candidate
set verdict = 'approval', reason = 'approval', detail = jsonb_build_object('mode', mode)
where verdict is null and mode = 'approval'
