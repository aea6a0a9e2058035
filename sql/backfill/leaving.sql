-- Who:    what would leave, and whom the holdout keeps.
-- Grain:  message.
-- Params: none
select touchpoint, subject_id, customer_id, order_id, coalesce(channel, channels[1]) as channel, coalesce(language, 'ja') as language, due_at,
       verdict is not null as held_out
from candidate where verdict is null or verdict = 'held_out'
order by touchpoint, subject_id
