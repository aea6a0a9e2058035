-- Who:    customers whose newest word on marketing by e-mail is yes; who said no to any marketing topic of it is not here.
-- Grain:  customer_id.
-- Why:    特定商取引法 12-3: consent is prior, recorded, and withdrawn by one no, given as the customer or for the bare address
--         (consents.address holds address keys). A guest's consent is that of the order's address. Words of an address are asked
--         for one by one: asked of a few customers (= any), the view reads those customers' words alone.
-- Params: none
select customer_id, max(at) as granted_at
from (
  select n.customer_id, n.at, n.granted
  from consent_now n
  where n.customer_id is not null and n.channel in ('email', 'all') and n.topic in ('marketing', 'newsletter')
  union all
  select c.customer_id, n.at, n.granted
  from customers c
  cross join lateral (
    select distinct on (channel, topic) at, granted
    from consents
    where address = c.address_key and channel in ('email', 'all') and coalesce(topic, 'marketing') in ('marketing', 'newsletter')
      and (at <= business_now() or source like 'feedback:%')
    order by channel, topic, at desc, granted
  ) n
) word
group by customer_id
having bool_and(granted)
