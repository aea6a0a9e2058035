-- Who:    what became of each message of a run, and what would have become of it knowing more.
-- Grain:  touchpoint x subject.   state: as recorded, null where it was none; verdict: of the candidate, null where it is none; sent_at: of
--         the run that sent it after all, waited: why the run let it wait.
-- Params: run_id
select touchpoint, subject_id, coalesce(m.order_id, c.order_id) as order_id, m.state,
       case when c.subject_id is not null then coalesce(c.verdict, 'planned') end as verdict, c.reason,
       case when e.state = 'accepted' then e.planned_at end as sent_at, w.reason as waited
from (select * from decided_message where run_id = :run_id) m
full join candidate c using (touchpoint, subject_id)
left join message_ever e using (touchpoint, subject_id)
left join decided_waiting w using (touchpoint, subject_id)
