-- Who:    in which week after an order customers order again, of those who could: an order without a next one counts until :now.
-- Grain:  standing (orders so far: 1, 2, 3 to 5, 6 and more) x weeks since the last one (52: a year and more).
-- Params: now
with gap as (
  select case when ordinal < 3 then ordinal when ordinal < 6 then 3 else 6 end as standing, next_at is not null as came,
         cast(least(floor(extract(epoch from coalesce(next_at, :now) - placed_at) / 604800), 52) as integer) as weeks
  from past_order
  where customer_id is not null
)
select standing, weeks, count(*) filter (where came) as came,
       sum(count(*)) over (partition by standing order by weeks desc) as at_risk
from gap
group by standing, weeks
