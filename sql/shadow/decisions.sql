-- Who:    candidates that get a ledger row or wait, as they go into the shadow's own ledger.
-- Grain:  touchpoint x subject.
-- Params: none
select to_jsonb(c) || jsonb_build_object('context', jsonb_strip_nulls(jsonb_build_object('covers', c.context -> 'covers')), 'recipient', null, 'email', null) as candidate
from candidate c
where verdict is null or verdict in ('held_out', 'approval', 'expired', 'waiting')
