-- Who:    messages not yet sealed whose order the touchpoint was asked about and whose due row is gone or fails a check. touched are the
--         orders its due file was given, not another's: it says nothing of those.
-- Grain:  touchpoint x subject.
-- Why:    checks no to a candidate with a ledger row never shows as a verdict (gate once comes first), so they are read here.
-- Params: touchpoint, touched
select x.touchpoint, x.subject_id, coalesce('check:' || f.name, 'no_longer_due') as reason
from message x
left join candidate c using (touchpoint, subject_id)
left join lateral (
  select key as name from json_each_text(c.checks) with ordinality o (key, value, place)
  where value is distinct from 'true' order by place limit 1
) f on true
where x.state in ('planned', 'approval') and x.touchpoint = :touchpoint and x.order_id = any(:touched)
  and (c.subject_id is null or f.name is not null)
