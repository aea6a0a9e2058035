-- Who:    the next parcel of each subscription, once the one before left: so long after it as its orders usually lie apart.
-- Grain:  subscription x parcel, known the day after the parcel before. One of fewer than two orders stays as it is.
-- Params: now, days, zone
create temp table future_subscriptions on commit drop as
with usual as (
  select subscription_id, percentile_disc(0.5) within group (order by apart) as apart
  from (select subscription_id, cast(placed_at at time zone :zone as date) - lag(cast(placed_at at time zone :zone as date)) over (partition by subscription_id order by placed_at) as apart
        from orders where subscription_id is not null and placed_at <= :now) gap
  where apart > 0
  group by subscription_id
)
select cast(x.next_ship_on - u.apart + 1 as timestamp) at time zone :zone as known_at, s.subscription_id, s.customer_id, s.product_id, x.next_ship_on,
       s.change_until + make_interval(days => x.next_ship_on - s.next_ship_on) as change_until, s.status
from subscriptions s
join usual u using (subscription_id)
cross join lateral (select s.next_ship_on + n * u.apart as next_ship_on from generate_series(1, 1 + :days / u.apart) n) x
where coalesce(s.status, 'active') = 'active'
