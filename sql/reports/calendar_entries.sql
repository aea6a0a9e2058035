-- Who:    campaigns and contents of which some part lies in the window.
-- Grain:  campaign or content. expected: candidates of the window no gate asked so far has stopped; told: who has a ledger row.
-- Why:    a live is shown on the day it is held, not on the days it is announced.
-- Params: since, until
with entry as (
  select 'campaign' as touchpoint, campaign_id as id, 'campaign' as kind, title, starts_at, ends_at,
         null::timestamptz as begins_at, null as about, audience
  from campaigns
  union all
  select case when kind in ('update', 'recall') then 'product_update' else 'story' end, content_id, kind, title, starts_at,
         coalesce(case when kind = 'live' then begins_at end, ends_at, starts_at + interval '30 days'), begins_at,
         coalesce((select name from products p where p.product_id = c.product_id), c.product_id, c.category), audience
  from contents c
), expected as (
  select touchpoint, coalesce(context ->> 'campaign_id', context ->> 'content_id') as id, count(*) as n
  from candidate
  where touchpoint in ('campaign', 'story', 'product_update') and verdict is null and due_at > :since and due_at <= :until
  group by 1, 2
)
select e.touchpoint, e.id, e.kind, e.title, e.starts_at, e.ends_at, e.begins_at, e.about, e.audience, coalesce(x.n, 0) as expected,
       (select count(*) from message m
        where m.touchpoint = e.touchpoint and m.subject_id = e.id || ':' || m.customer_id
          and m.state not in ('rejected', 'expired', 'cancelled')) as told
from entry e
left join expected x using (touchpoint, id)
where e.ends_at > :since and e.starts_at <= :until
order by e.starts_at, e.touchpoint, e.id
