-- Who:    pools that have codes or gave some, with how many are left: for whoever comes first, and for one person each.
-- Grain:  pool.
-- Params: none
select pool, sum(codes) as codes, sum(free) as free, sum(personal) as personal
from (
  select pool, count(*) as codes, 0 as free, 0 as personal from coupon_codes group by pool
  union all
  select pool, 0, count(*) filter (where customer_id is null), count(*) filter (where customer_id is not null) from free_code group by pool
) counted
group by pool order by pool
