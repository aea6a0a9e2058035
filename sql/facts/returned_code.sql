-- Who:    messages whose coupon nobody ever saw: they ended unsent, and at no time was there doubt about it.
-- Grain:  touchpoint x subject of issued_code.
-- Why:    a function of the ledger, so that no path can forget it. What was accepted, unknown or parked once may have been read,
--         whatever became of it later. A rejected message that falls back is planned again in the same transaction.
-- Params: none
select i.touchpoint, i.subject_id, i.pool, i.code
from issued_code i
join message m using (touchpoint, subject_id)
where m.state in ('expired', 'cancelled', 'rejected')
  and not exists (select from message_event e
                  where e.touchpoint = i.touchpoint and e.subject_id = i.subject_id and e.state in ('accepted', 'unknown', 'parked'))
