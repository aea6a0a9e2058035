-- Stops:  the holdout share, by a hash of touchpoint and customer: the same people every time, decided after every other gate.
-- Reason: holdout. Class: S, M. Recorded, and counted against caps as if sent.
-- Params: none
update candidate
set verdict = 'held_out', reason = 'holdout', detail = jsonb_build_object('share', holdout)
where verdict is null and class <> 'T'
  and (hashtextextended('holdout:' || touchpoint || ':' || customer_id, 0) & 65535) / 65536.0 < holdout
