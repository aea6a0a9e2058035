-- Stops:  service above 2 per 24 h; marketing above 1 per 24 h, 3 per 7 days, 1 per 7 days in a new customer's first 30 days.
-- Reason: cap. Class: S, M. Deferred: it competes again next hour.
-- Why:    per customer and per address, over all channels, counting the ledger (states that may still arrive, held_out included) and
--         other tools' pressure. Candidates of one instant are ranked S before M, then by priority; every winner leaves now, so nobody
--         reserves the future. A service message counts service and marketing, a marketing message counts marketing. A claim counts
--         only what was planned before its message: what was planned with it was arbitrated with it. A message that waited past its
--         hour (for a release, for a provider, for its turn) counts all that left since, and what leaves now; of several that waited
--         the first leaves. What is counted, counts from when it left, not from its planning.
--         mention_reply never competes: a person approves each; it takes no place while it waits for that, and counts once released.
-- Params: as_of
with person as (
  select c.touchpoint, c.subject_id, c.customer_id, c.class, c.priority, c.due_at, c.planned_at, k.kind, k.key, w.planned_at < :as_of as has_waited
  from candidate c
  left join message w on w.touchpoint = c.touchpoint and w.subject_id = c.subject_id and w.state = 'planned'
  cross join lateral (values ('customer', c.customer_id), ('address', c.address_key)) k (kind, key)
  where c.verdict is null and c.class in ('S', 'M') and k.key is not null and c.touchpoint <> 'mention_reply'
), sent as (
  select 'customer' as kind, m.customer_id as key, m.class, m.state_at as at, m.touchpoint, m.subject_id, m.planned_at, m.state
  from message m
  where m.customer_id in (select key from person where kind = 'customer') and m.class in ('S', 'M')
    and m.state not in ('rejected', 'expired', 'cancelled') and (m.touchpoint <> 'mention_reply' or m.state <> 'approval')
    and m.planned_at > :as_of - interval '40 days' and m.planned_at <= :as_of and m.state_at > :as_of - interval '7 days'
  union all
  select 'address', m.address_key, m.class, m.state_at, m.touchpoint, m.subject_id, m.planned_at, m.state
  from message m
  where m.address_key in (select key from person where kind = 'address') and m.class in ('S', 'M') and not m.seed
    and m.state not in ('rejected', 'expired', 'cancelled') and (m.touchpoint <> 'mention_reply' or m.state <> 'approval')
    and m.planned_at > :as_of - interval '40 days' and m.planned_at <= :as_of and m.state_at > :as_of - interval '7 days'
  union all
  select 'customer', p.customer_id, 'M', p.at, null, null, null, null
  from pressure p
  where p.customer_id in (select key from person where kind = 'customer')
    and p.at > :as_of - interval '7 days' and p.at <= :as_of
  union all
  select 'address', p.address, 'M', p.at, null, null, null, null
  from pressure p
  where p.address in (select key from person where kind = 'address')
    and p.at > :as_of - interval '7 days' and p.at <= :as_of
), used as (
  select p.touchpoint, p.subject_id, p.kind, count(*) filter (where s.at > :as_of - interval '24 hours') as any_day,
         count(*) filter (where s.class = 'M' and s.at > :as_of - interval '24 hours') as marketing_day,
         count(*) filter (where s.class = 'M') as marketing_week
  from person p
  join sent s on s.kind = p.kind and s.key = p.key and (s.touchpoint is null or s.planned_at < p.planned_at
                                                        or p.has_waited and (s.state not in ('planned', 'approval') or s.planned_at = :as_of))
   and (s.touchpoint, s.subject_id) is distinct from (p.touchpoint, p.subject_id)
  group by p.touchpoint, p.subject_id, p.kind
), new_customer as (
  select customer_id from order_progress
  where customer_id in (select key from person where kind = 'customer')
  group by customer_id having min(placed_at) > :as_of - interval '30 days'
), ranked as (
  select p.touchpoint, p.subject_id, p.class, p.kind,
         rank() over (partition by p.kind, p.key, p.turn order by p.class desc, p.priority desc, p.due_at, p.touchpoint, p.subject_id) as place,
         rank() over (partition by p.kind, p.key, p.turn, p.class order by p.priority desc, p.due_at, p.touchpoint, p.subject_id) as place_in_class,
         coalesce(u.any_day, 0) as any_day, coalesce(u.marketing_day, 0) as marketing_day, coalesce(u.marketing_week, 0) as marketing_week,
         p.customer_id in (select customer_id from new_customer) as is_new
  from (select *, case when has_waited then null else planned_at end as turn from person) p
  left join used u using (touchpoint, subject_id, kind)
), over as (
  select distinct on (touchpoint, subject_id) touchpoint, subject_id,
         jsonb_build_object('per', kind, 'last_24_h', any_day, 'marketing_24_h', marketing_day, 'marketing_7_d', marketing_week,
                            'place', place_in_class, 'new_customer', is_new) as detail
  from ranked
  where (class = 'S' and any_day + place > 2)
     or (class = 'M' and (marketing_day + place_in_class > 1 or marketing_week + place_in_class > case when is_new then 1 else 3 end))
  order by touchpoint, subject_id, kind
)
update candidate c
set verdict = 'waiting', reason = 'cap', detail = o.detail, recheck_at = :as_of + interval '1 hour'
from over o
where c.touchpoint = o.touchpoint and c.subject_id = o.subject_id
