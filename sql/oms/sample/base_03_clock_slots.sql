-- Who:    when in a day the shop's customers order: little at night, most at 21 h.
-- Grain:  thousandth of a day's orders (0-1000) with the second of the day it falls on.
-- Params: none
create temp table base_clock_slots as
with hour as (
    select h - 1 as hour, weight,
           (sum(weight) over (order by h) - weight) / sum(weight) over () as from_share,
           sum(weight) over (order by h) / sum(weight) over () as to_share
    from unnest(array[1.6, 0.9, 0.5, 0.3, 0.3, 0.5, 1.0, 1.8, 2.4, 3.0, 3.6, 3.8,
                      4.6, 3.8, 3.4, 3.5, 3.6, 3.6, 4.0, 4.6, 5.6, 6.4, 5.6, 3.4]) with ordinality as w (weight, h)
)
select n, (3600 * (hour + (n / 1000.0 - from_share) / (to_share - from_share)))::double precision as second
from generate_series(0, 1000) as n
join hour on n / 1000.0 >= from_share and (n / 1000.0 < to_share or (n = 1000 and hour = 23))
