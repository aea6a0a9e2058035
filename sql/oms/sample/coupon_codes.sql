-- Who:    codes the shop's till takes, of each pool of brand.toml that has no code for everybody. Of the referrals every third one
--         is a customer's own.
-- Grain:  pool x code.
-- Params: clock, orders
select pool, upper(pool) || '-' || upper(substr(md5(pool || ' of the sample shop ' || n), 1, 8)) as code,
       case when pool = 'shokai' and n % 3 = 0 then (select 'C' || lpad(p.person::text, 8, '0') from base_people p where p.person = n / 3) end as customer_id,
       ((:clock)::date + 365) as ends_on
from unnest(array['okaeri', 'matane', 'otanjobi', 'stamp', 'shokai']) as pool
cross join generate_series(1, greatest(200, (:orders)::int / 5)) as n
order by pool, n
