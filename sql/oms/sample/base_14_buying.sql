-- Who:    who buys when.
-- Grain:  order number i, rising with placed_at. person > 0 is a customer, < 0 a guest (minus i).
-- Params: customers, orders, regulars
-- Why:    times are quantiles of the day's pattern, so numbers rise with time without a sort. Customers above 55 % join
--         during the year, in order, and buy near their first day; the others buy all year, the low numbers most.
create temp table base_buying as
select g.i, d.day, d.is_beauty and g.i % 4 <> 0 as is_beauty, r.product as regular_product,
       d.day::timestamptz + make_interval(secs => floor(s.second + (q.place - s.n) * (t.second - s.second))) as placed_at,
       case when r.customer is not null then r.customer
            when pg_temp.u(g.i, 'guest') < 0.13 then -g.i
            when pg_temp.u(g.i, 'newcomer') < 0.25
            then :regulars + floor((:customers - :regulars) * (0.55 + 0.45 * (g.i - 1) / :orders))::bigint + 1
            else :regulars + floor((:customers - :regulars) * 0.55 * power(pg_temp.u(g.i, 'customer'), 1.3))::bigint + 1
       end as person
from base_days as d
cross join lateral generate_series(d.lo, d.hi) as g (i)
cross join lateral (select least(999.999, 1000 * d.share * (g.i - d.lo + pg_temp.u(g.i, 'second')) / (d.hi - d.lo + 1)) as place) as q
join base_clock_slots as s on s.n = floor(q.place)::int
join base_clock_slots as t on t.n = s.n + 1
left join base_regulars as r on r.i = g.i
