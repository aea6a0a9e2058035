-- Who:    the coupons of the messages planned just now.
-- Grain:  message.
-- Why:    no conflict is forgiven: a code somebody else has undoes the whole decision rather than going out twice.
-- Params: run_id
insert into issued_code (touchpoint, subject_id, pool, code, shared, customer_id, ends_on)
select c.touchpoint, c.subject_id, c.pool, c.coupon ->> 'code', c.terms ->> 'code' is not null, c.customer_id,
       cast(c.coupon ->> 'ends_on' as date)
from candidate c
join message m using (touchpoint, subject_id)
where m.run_id = :run_id and m.state in ('planned', 'approval') and c.coupon is not null
order by c.touchpoint, c.subject_id
