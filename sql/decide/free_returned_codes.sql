-- Who:    messages that ended unsent whose code a message planned just now gives: their row makes room for it, history keeps it.
-- Params: run_id
delete from issued_code i
using candidate c
join message m using (touchpoint, subject_id)
where m.run_id = :run_id and m.state in ('planned', 'approval') and c.coupon is not null and c.terms ->> 'code' is null
  and i.pool = c.pool and i.code = c.coupon ->> 'code' and not i.shared
  and (i.touchpoint, i.subject_id) in (select touchpoint, subject_id from returned_code)
