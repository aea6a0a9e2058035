-- Who:    merged customers who took back, or never gave, a consent under another of their ids.
-- Grain:  customer_id x topic (`marketing` for all marketing by e-mail, else the touchpoint's own name).
-- Params: none
select distinct p.customer_id, case when n.topic in ('marketing', 'newsletter') then 'marketing' else n.topic end as topic
from same_person p join consent_now n on n.customer_id = p.same_id
where n.channel in ('email', 'all') and not n.granted
