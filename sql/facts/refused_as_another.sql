-- Who:    merged customers who took back, or never gave, a consent under another of their ids.
-- Grain:  customer_id x topic (`marketing` for all marketing by e-mail, else the touchpoint's own name).
-- Why:    asked id by id (offset 0): the words of these people are read, not those of everybody.
-- Params: none
select distinct p.customer_id, case when n.topic in ('marketing', 'newsletter') then 'marketing' else n.topic end as topic
from same_person p
cross join lateral (select * from consent_now c where c.customer_id = p.same_id offset 0) n
where n.channel in ('email', 'all') and not n.granted
