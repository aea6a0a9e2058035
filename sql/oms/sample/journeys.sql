-- Who:    customers inside another tool's journey: the welcome week of new ones.
-- Grain:  (customer, journey, entered_at).
-- Params: clock, walked
select 'C' || lpad(person::text, 8, '0') as customer_id, 'welcome' as journey, pg_temp.iso(registered_at) as entered_at,
       case when registered_at + interval '7 days' <= (:clock)::timestamptz then pg_temp.iso(registered_at + interval '7 days') end as left_at
from base_people join base_registrations using (person)
where consented and not withdrew and registered_at > (:clock)::timestamptz - (30 + :walked) * interval '1 day' and pg_temp.u(person, 'journey') < 0.5
order by person
