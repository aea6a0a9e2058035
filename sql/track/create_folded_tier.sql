-- Who:    the tier of each person being folded, by what they spent and by the loyalty programme's word.
-- Grain:  person who has either. word_spend and word_is_vip are null where brand.toml does not list the word.
-- Why:    a step is reached with the order that brings the sum of all that count so far to it, and belongs to that order's instant:
--         a later refund of it moves both. An order system tells a loyalty word without saying since when.
-- Params: none
create temp table folded_tier on commit drop as
with running as (
  select person_id, order_id, placed_at, currency,
         sum(worth) over (partition by person_id, currency order by placed_at, order_id rows unbounded preceding) as so_far
  from bought_order
  where counts
), reached as (
  select distinct on (r.person_id, s.name) r.person_id, s.name, s.spend, s.is_vip, r.order_id, r.placed_at
  from running r join tier_step s on s.currency = r.currency and r.so_far >= s.spend
  order by r.person_id, s.name, r.placed_at, r.order_id
), by_spend as (
  select distinct on (person_id) person_id, name, order_id, placed_at,
         min(placed_at) filter (where is_vip) over (partition by person_id) as vip_since
  from reached
  order by person_id, spend desc, name
), member as (
  select distinct on (i.person_id) i.person_id, l.tier as word, l.joined_at, s.spend, s.is_vip
  from person_id i
  join loyalty l using (customer_id)
  left join tier_step s on s.name = l.tier
  where l.tier is not null and (l.joined_at is null or l.joined_at <= business_now())
  order by i.person_id, l.customer_id = i.person_id desc, l.joined_at desc nulls last, l.customer_id
)
select person_id, m.word, m.joined_at, m.spend as word_spend, m.is_vip as word_is_vip, b.name, b.placed_at, b.order_id, b.vip_since as spent_vip_since
from by_spend b full join member m using (person_id)
