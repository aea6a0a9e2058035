-- Who:    when each customer registered: at or shortly before the first order.
-- Grain:  customer (person > 0).
-- Params: clock
create temp table base_registrations as
with first_order as (
    select person, min(placed_at) as placed_at from base_buying where person > 0 group by person
)
select p.person,
       date_trunc('second', coalesce(f.placed_at, (:clock)::timestamptz - pg_temp.u(p.person, 'registered') * interval '300 days')
           - case when pg_temp.u(p.person, 'at checkout') < 0.7 then 180 else 86400 * 40 * pg_temp.u(p.person, 'earlier') end * interval '1 second'
       ) as registered_at
from base_people as p
left join first_order as f using (person)
where p.person > 0
