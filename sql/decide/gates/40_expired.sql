-- Stops:  what is too late to be useful. It gets a ledger row, so that nobody wonders.
-- Reason: too_late. Class: all.
-- Params: as_of
update candidate
set verdict = 'expired', reason = 'too_late', detail = jsonb_build_object('valid_until', valid_until)
where verdict is null and valid_until <= :as_of
