-- Who:    a touchpoint's messages not yet sealed whose order it was asked about and whose due row is gone or fails a check: they
--         stopped being true. touched are the orders its due file was given, not another's: it says nothing of those.
-- Why:    checks no to a candidate with a ledger row never shows as a verdict (gate once comes first), so they are read here.
--         m.state is asked too: a claim that sealed the message meanwhile has the last word, x shows only the snapshot.
-- Params: touchpoint, touched, as_of
update message m
set state = 'cancelled', reason = coalesce('check:' || f.name, 'no_longer_due'), state_at = :as_of
from message x
left join candidate c using (touchpoint, subject_id)
left join lateral (
  select key as name from json_each_text(c.checks) with ordinality o (key, value, place)
  where value is distinct from 'true' order by place limit 1
) f on true
where m.touchpoint = x.touchpoint and m.subject_id = x.subject_id
  and m.state in ('planned', 'approval') and x.state in ('planned', 'approval') and x.touchpoint = :touchpoint and x.order_id = any(:touched)
  and (c.subject_id is null or f.name is not null)
