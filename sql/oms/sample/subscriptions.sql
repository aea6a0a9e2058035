-- Who:    regulars who subscribed to their product: one in four. Each parcel leaves an own interval after the one before.
-- Grain:  subscription, with the parcel that was next at `known`.
-- Params: clock, known, regulars
select distinct on (r.customer) 'S' || lpad(r.customer::text, 8, '0') as subscription_id, 'C' || lpad(r.customer::text, 8, '0') as customer_id,
       p.product_id, n.next_ship_on, pg_temp.iso((n.next_ship_on - 3)::timestamptz) as change_until, 'active' as status
from base_regulars as r
join base_products as p on p.n = r.product
cross join lateral (
    select (:clock)::timestamptz::date + 2 + (r.customer % 11)::int as last_ship_on, 26 + floor(35 * pg_temp.u(r.customer, 'interval'))::int as interval_days
) as d
cross join lateral (
    select d.last_ship_on - d.interval_days * ((d.last_ship_on - 2 - (:known)::timestamptz::date) / d.interval_days) as next_ship_on
) as n
where r.customer % 4 = 0 and r.customer <= :regulars
order by r.customer
