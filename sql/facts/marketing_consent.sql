-- Who:    customers whose newest word on marketing by e-mail is yes; who said no to any marketing topic of it is not here.
-- Grain:  customer_id.
-- Why:    特定商取引法 12-3: consent is prior, recorded, and withdrawn by one no. A guest's consent is that of the order's address.
-- Params: none
select customer_id, max(at) as granted_at
from consent_now
where customer_id is not null and channel in ('email', 'all') and topic in ('marketing', 'newsletter')
group by customer_id
having bool_and(granted)
