-- Who:    what the messages planned just now say, and to whom.
-- Params: run_id
insert into message_content (touchpoint, subject_id, context, recipient)
select c.touchpoint, c.subject_id, c.context - 'covers', c.recipient
from candidate c join message m using (touchpoint, subject_id)
where m.run_id = :run_id and m.state in ('planned', 'approval')
on conflict do nothing
