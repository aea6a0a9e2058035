-- Who:    outbox rows of messages that are no longer planned.
-- Params: none
delete from outbox o
using message m
where m.touchpoint = o.touchpoint and m.subject_id = o.subject_id and m.state <> 'planned'
