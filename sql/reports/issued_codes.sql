-- Who:    coupons of messages that were sent, may have been, or are to leave; not those that came back.
-- Grain:  touchpoint x subject.
-- Why:    sent_at is when a provider took it. A message that may have been read counts as issued, whatever became of it.
-- Params: none
select i.pool, i.code, i.touchpoint, i.customer_id,
       case when m.state in ('planned', 'approval', 'sealed') and e.read is not true then 'reserved' else 'issued' end as state,
       m.planned_at, e.sent_at, i.ends_on
from issued_code i
join message m using (touchpoint, subject_id)
left join lateral (
  select min(e.state_at) filter (where e.state = 'accepted') as sent_at, bool_or(e.state in ('accepted', 'unknown', 'parked')) as read
  from message_event e where e.touchpoint = i.touchpoint and e.subject_id = i.subject_id
) e on true
where (i.touchpoint, i.subject_id) not in (select touchpoint, subject_id from returned_code)
order by i.pool, m.planned_at, i.touchpoint, i.subject_id
