-- Who:    customers whose first order has arrived, of whom the preferred channel or the birthday is not known.
-- Grain:  customer.   Anchor: order_progress.delivered_at of the first order that counts.
-- Why:    what they said on the preference page goes before the order system; a placeholder is no birthday (contactable).
--         What a load touches is looked at again while it can be of use, and a day longer: then it has expired.
-- Params: as_of, since, until, touched, customer_id
select f.customer_id as subject_id, f.customer_id, g.order_id,
       g.delivered_at as due_at, g.delivered_at + interval '14 days' as valid_until, 'plain' as variant,
       json_build_object('not_both_known', k.preferred_channel is null or k.birthday is null) as checks,
       jsonb_build_object('asks_channel', k.preferred_channel is null, 'asks_birthday', k.birthday is null) as context
from order_progress g
join customer_fact f on f.first_order_id = g.order_id
join contactable k on k.customer_id = f.customer_id
where ((g.delivered_at > :since and g.delivered_at <= :until) or (g.order_id = any(:touched) and g.delivered_at > :as_of - interval '15 days' and g.delivered_at <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
