-- Who:    what the gates said of one order, and what waits.
-- Grain:  touchpoint x subject.
-- Params: order_id
select c.touchpoint, c.subject_id, coalesce(c.verdict, 'leaves now') as verdict, c.reason, c.detail, c.due_at, c.valid_until, c.variant,
       w.reason as waits, w.since_at as waits_since
from candidate c left join waiting w using (touchpoint, subject_id)
where c.order_id = :order_id
order by c.touchpoint, c.due_at, c.subject_id
