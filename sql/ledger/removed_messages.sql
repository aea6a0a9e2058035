-- Who:    messages planned on channels this installation no longer has: nobody would ever claim them.
-- Grain:  message, locked.
-- Params: channels
select m.touchpoint, m.subject_id
from outbox o join message m using (touchpoint, subject_id)
where m.state = 'planned' and m.channel <> all(cast(:channels as text[]))
for update of o, m skip locked
