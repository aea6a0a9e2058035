-- Who:    members of the points programme.
-- Grain:  customer.
-- Why:    every fifth has a tier by the programme's own word; of the others spend says it, and with which order they reached it.
-- Params: none
with spent as (
    select person, sum(total) as total from base_money join base_orders using (i)
    where person > 0 and cancelled_at is null group by person
)
select 'C' || lpad(person::text, 8, '0') as customer_id, floor(total / 100) as points,
       case when person % 5 > 0 then null when total >= 100000 then 'gold' when total >= 40000 then 'silver' else 'regular' end as tier, pg_temp.iso(registered_at) as joined_at
from spent join base_registrations using (person)
where pg_temp.u(person, 'loyalty') < 0.6
order by person
