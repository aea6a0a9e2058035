-- Who:    one message of each touchpoint, variant and shop front that this run planned: the first due.
-- Grain:  touchpoint x variant x source.
-- Params: run_id
select distinct on (m.touchpoint, m.variant, o.source) m.touchpoint, m.subject_id
from candidate c
join message m using (touchpoint, subject_id)
left join orders o on o.order_id = m.order_id
where m.run_id = :run_id and m.state = 'planned'
order by m.touchpoint, m.variant, o.source, m.due_at, m.subject_id
