-- Who:    customers who became VIPs: by what they spent, or by the loyalty programme's word.
-- Grain:  customer x tier.   Anchor: customer_fact.vip_since.
-- Why:    a VIP who rises further was invited already; tier_up tells them.
--         What a load touches is looked at again while it can be of use, and a day longer: then it has expired.
-- Params: as_of, since, until, touched, customer_id
select f.customer_id || '@' || f.tier as subject_id, f.customer_id, coalesce(f.tier_order_id, f.first_order_id) as order_id,
       f.vip_since as due_at, f.vip_since + interval '30 days' as valid_until, 'plain' as variant,
       json_build_object(
         'not_invited_before', not exists (
           select from message m
           where m.touchpoint = 'vip_invite' and m.customer_id = f.customer_id and m.subject_id <> f.customer_id || '@' || f.tier
             and m.state not in ('expired', 'cancelled', 'rejected'))) as checks,
       jsonb_build_object('tier', f.tier) as context
from customer_fact f
where f.tier is not null
  and ((f.vip_since > :since and f.vip_since <= :until)
       or ((f.tier_order_id = any(:touched) or f.first_order_id = any(:touched)) and f.vip_since > :as_of - interval '31 days' and f.vip_since <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
