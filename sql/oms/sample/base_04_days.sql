-- Who:    the calendar of the shop's past eighteen months.
-- Grain:  day, with the numbers lo..hi of the orders placed on it.
-- Params: clock, orders
-- Why:    a sale in the last 18 days gives every touchpoint work at 1,000 orders; two beauty weeks, one and two months
--         ago, give the replenishment of 30- and 60-day cosmetics people to remind now. The first half year was small; who bought
--         then has an anniversary by now.
create temp table base_days as
with today as (
    select (:clock)::timestamptz as clock, (:clock)::timestamptz::date as day,
           (select max(n) / 1000.0 from base_clock_slots
            where second <= extract(epoch from (:clock)::timestamptz - (:clock)::timestamptz::date)) as share
), day as (
    select today.day - days_ago as day, days_ago = 0 as is_today, days_ago, today.share
    from today cross join generate_series(0, 549) as days_ago
), weighted as (
    select *, days_ago between 24 and 33 or days_ago between 54 and 63 as is_beauty,
           (array[1.05, 0.95, 0.95, 0.95, 1.0, 1.15, 1.25])[extract(isodow from day)::int]
           * (1.15 - 0.3 * days_ago / 364.0)
           * case when days_ago < 18 then 5.0
                  when days_ago between 24 and 33 or days_ago between 54 and 63 then 2.2
                  when days_ago > 364 then 0.15 else 1.0 end
           * case when is_today then share else 1.0 end as weight
    from day
), counted as (
    select *, sum(weight) over (order by day) as upto, sum(weight) over () as total from weighted
)
select day, is_today, is_beauty, case when is_today then share else 1.0 end::double precision as share,
       1 + floor(:orders * (upto - weight) / total)::bigint as lo,
       floor(:orders * upto / total)::bigint as hi
from counted
