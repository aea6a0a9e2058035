-- Who:    messages that stopped being true. {untrue} is sql/decide/untrue.sql.
-- Why:    m.state is asked too: a claim that sealed the message meanwhile has the last word, x shows only the snapshot.
-- Params: as_of
update message m
set state = 'cancelled', reason = x.reason, state_at = :as_of
from ({untrue}) x
where m.touchpoint = x.touchpoint and m.subject_id = x.subject_id and m.state in ('planned', 'approval')
