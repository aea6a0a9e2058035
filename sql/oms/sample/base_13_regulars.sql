-- Who:    regulars who buy one consumable again and again, each at an own interval of 26-60 days.
-- Grain:  order number i that belongs to a regular (customers 1..regulars), with the product of its first line.
-- Params: clock, regulars
-- Why:    the next purchase of each falls between yesterday and nine days ahead, so replenishment always has work.
create temp table base_regulars as
with consumable as (
    select n, row_number() over (order by n) - 1 as k, count(*) over () as total
    from base_products where category = 'cosmetics' and consumption_days is not null
), regular as (
    select r, k, 26 + floor(35 * pg_temp.u(r, 'interval'))::int as interval_days, (r % 11)::int - 1 as ahead
    from generate_series(1, (:regulars)::bigint) as r cross join generate_series(0, 4) as k
)
select distinct on (i) d.lo + floor((d.hi - d.lo + 1) * pg_temp.u(r * 8 + regular.k, 'regular'))::bigint as i,
       r as customer, consumable.n as product
from regular
join base_days as d on d.day = (:clock)::timestamptz::date + ahead - interval_days * (regular.k + 1) and d.hi >= d.lo
join consumable on consumable.k = floor(consumable.total * pg_temp.u(r, 'favourite'))::int
order by i, r
