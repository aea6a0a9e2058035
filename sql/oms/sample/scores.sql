-- Who:    a prediction service's chance that a customer orders within 30 days, from Monday's run.
-- Grain:  (customer, name).
-- Params: clock
select 'C' || lpad(person::text, 8, '0') as customer_id, 'order_30d' as name,
       round(pg_temp.u(person, 'score of Monday')::numeric, 3) as value, pg_temp.iso(m.at) as at
from base_registrations
cross join lateral (select date_trunc('week', (:clock)::timestamptz) + interval '4 hours' as at) as m
where registered_at < m.at and pg_temp.u(person, 'scored') < 0.5
order by person
