-- Who:    customers who reached a tier: by what they spent, or by the loyalty programme's word.
-- Grain:  customer x tier.   Anchor: customer_fact.tier_since.
-- Why:    only steps that brand.toml lists are something to be glad of. Whoever becomes a VIP by it hears of that (vip_invite). Who fell
--         to a tier has no tier_since. What is missing for the next step is told where spend alone decides.
--         What a load touches is looked at again while it can be of use, and a day longer: then it has expired.
-- Params: as_of, since, until, touched, customer_id
select f.customer_id || '@' || f.tier as subject_id, f.customer_id, coalesce(f.tier_order_id, f.first_order_id) as order_id,
       f.tier_since as due_at, f.tier_since + interval '21 days' as valid_until, 'plain' as variant,
       json_build_object('no_vip_by_it', f.vip_since is null or f.vip_since < f.tier_since) as checks,
       jsonb_build_object(
         'tier', f.tier, 'next_tier', n.name, 'to_next', n.spend - f.lifetime_spend, 'currency', s.currency) as context
from customer_fact f
join tier_step s on s.name = f.tier
left join lateral (
  select name, spend from tier_step t
  where t.currency = s.currency and f.currency = t.currency and f.tier_order_id is not null and t.spend > s.spend and t.spend > f.lifetime_spend
  order by t.spend limit 1
) n on true
where ((f.tier_since > :since and f.tier_since <= :until)
       or ((f.tier_order_id = any(:touched) or f.first_order_id = any(:touched)) and f.tier_since > :as_of - interval '22 days' and f.tier_since <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
