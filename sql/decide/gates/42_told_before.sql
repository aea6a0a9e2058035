-- Stops:  what the ledger has under another id: same touchpoint, order (or address) and anchor, of another customer id or planned by
--         other files of this touchpoint, whose own row is no longer due beside it.
-- Reason: told_before. Class: all.
-- Why:    a due file whose subject_id was edited, or a shop that gave its customers new ids, has new names for old news. Two parcels of
--         one truck share order and anchor too: by the same rules, of the same customer, they are two. Order and address are asked one
--         after the other: by the anchor alone a morning's birthdays would each be compared with all others of the day.
-- Params: versions
update candidate c
set verdict = 'done', reason = 'told_before', detail = jsonb_build_object('subject', m.subject_id, 'state', m.state, 'planned_at', m.planned_at)
from (
  select c.subject_id as asked, m.*
  from candidate c
  join message m using (touchpoint, order_id, due_at)
  where c.verdict is null
  union all
  select c.subject_id, m.*
  from candidate c
  join message m using (touchpoint, address_key, due_at)
  where c.verdict is null and c.order_id is null and m.order_id is null
) m
left join run r using (run_id)
where c.touchpoint = m.touchpoint and c.subject_id = m.asked and m.subject_id <> c.subject_id and not m.seed
  and (m.customer_id <> c.customer_id
       or r.versions ->> m.touchpoint is distinct from cast(:versions as jsonb) ->> m.touchpoint)
  and not exists (select from candidate x where x.touchpoint = m.touchpoint and x.subject_id = m.subject_id)
