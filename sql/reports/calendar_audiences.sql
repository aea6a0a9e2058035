-- Who:    pairs of campaigns that run at the same time in the window, with the people who are in the audience of both.
-- Grain:  campaign x campaign, first <= second; a campaign with itself is its own audience.
-- Params: since, until
with running as materialized (
  select campaign_id, audience, starts_at, ends_at from campaigns where ends_at > :since and starts_at <= :until
), member as materialized (
  select r.campaign_id, f.customer_id
  from customer_fact k
  join audience_facts f using (customer_id)
  join running r on in_audience(r.audience, f.told, f.rest)
  where f.first_order_id is not null
)
select a.campaign_id as first, b.campaign_id as second, greatest(x.starts_at, y.starts_at) as starts_at,
       least(x.ends_at, y.ends_at) as ends_at, count(*) as people
from member a
join member b on b.customer_id = a.customer_id and b.campaign_id >= a.campaign_id
join running x on x.campaign_id = a.campaign_id
join running y on y.campaign_id = b.campaign_id and y.starts_at < x.ends_at and x.starts_at < y.ends_at
group by a.campaign_id, b.campaign_id, x.starts_at, y.starts_at, x.ends_at, y.ends_at
order by 1, 2
