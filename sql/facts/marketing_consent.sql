-- Who:    customers whose newest word on marketing by e-mail is yes; who said no to any marketing topic of it is not here.
-- Grain:  customer_id.
-- Why:    特定商取引法 12-3: consent is prior, recorded, and withdrawn by one no, given as the customer or for the bare address
--         (consents.address holds address keys). A guest's consent is that of the order's address.
-- Params: none
select customer_id, max(at) as granted_at
from (
  select n.customer_id, n.at, n.granted
  from consent_now n
  where n.customer_id is not null and n.channel in ('email', 'all') and n.topic in ('marketing', 'newsletter')
  union all
  select c.customer_id, n.at, n.granted
  from consent_now n
  join customers c on c.address_key = n.address
  where n.channel in ('email', 'all') and n.topic in ('marketing', 'newsletter')
) word
group by customer_id
having bool_and(granted)
