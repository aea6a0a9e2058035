-- Stops:  what the ledger has under another id: same touchpoint, order (or address) and anchor, of another customer id or planned by
--         other files of this touchpoint, whose own row is no longer due beside it.
-- Reason: told_before. Class: all.
-- Why:    a due file whose subject_id was edited, or a shop that gave its customers new ids, has new names for old news. Two parcels of
--         one truck share order and anchor too: by the same rules, of the same customer, they are two.
-- Params: versions
update candidate c
set verdict = 'done', reason = 'told_before', detail = jsonb_build_object('subject', m.subject_id, 'state', m.state, 'planned_at', m.planned_at)
from message m
left join run r using (run_id)
where c.verdict is null and m.touchpoint = c.touchpoint and m.due_at = c.due_at and m.subject_id <> c.subject_id and not m.seed
  and (m.order_id = c.order_id or (c.order_id is null and m.order_id is null and m.address_key = c.address_key))
  and (m.customer_id <> c.customer_id
       or r.versions ->> m.touchpoint is distinct from cast(:versions as jsonb) ->> m.touchpoint)
  and not exists (select from candidate x where x.touchpoint = m.touchpoint and x.subject_id = m.subject_id)
