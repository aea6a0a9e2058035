-- Who:    regulars who subscribed to their product: one in four.
-- Grain:  subscription.
-- Params: clock, regulars
select distinct on (r.customer) 'S' || lpad(r.customer::text, 8, '0') as subscription_id, 'C' || lpad(r.customer::text, 8, '0') as customer_id,
       p.product_id, d.next_ship_on, pg_temp.iso((d.next_ship_on - 3)::timestamptz) as change_until, 'active' as status
from base_regulars as r
join base_products as p on p.n = r.product
cross join lateral (select (:clock)::timestamptz::date + 2 + (r.customer % 11)::int as next_ship_on) as d
where r.customer % 4 = 0 and r.customer <= :regulars
order by r.customer
