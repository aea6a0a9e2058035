-- Stops:  what one of the due file's own checks says no to; an unknown (null) check is a no.
-- Reason: check:<name of the first failing check, in the file's order>. Class: all.
-- Why:    checks are json, not jsonb: jsonb sorts its keys and the first failing one would be any.
-- Params: none
update candidate c
set verdict = 'dropped', reason = 'check:' || f.name, detail = jsonb_build_object('checks', c.checks)
from candidate d
cross join lateral (
  select key as name from json_each_text(d.checks) with ordinality o (key, value, place)
  where value is distinct from 'true' order by place limit 1
) f
where c.verdict is null and d.touchpoint = c.touchpoint and d.subject_id = c.subject_id
