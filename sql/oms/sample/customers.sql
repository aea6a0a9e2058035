-- Who:    registered customers; guests exist only on their orders.
-- Grain:  customer.
-- Params: clock
select 'C' || lpad(p.person::text, 8, '0') as customer_id, p.email,
       case when pg_temp.u(p.person, 'phone') < 0.9 then p.phone end as phone,
       case when pg_temp.u(p.person, 'line') < 0.2 then 'U' || md5('line' || p.person) end as line_user_id,
       p.name, p.family_name, p.given_name, p.company, p.locale, 'Asia/Tokyo' as timezone,
       case when pg_temp.u(p.person, 'tells birthday') < 0.03 then date '1900-01-01'
            when pg_temp.u(p.person, 'tells birthday') < 0.6 then p.birthday end as birthday,
       pg_temp.iso(r.registered_at) as registered_at,
       case when pg_temp.u(p.person, 'line') < 0.08 then 'line' when pg_temp.u(p.person, 'line') > 0.5 then 'email' end as preferred_channel,
       h.postal_code, h.region, p.status, (p.consented and not p.withdrew)::text as newsletter,
       case when p.company is not null then '{"segment": "office"}' end as attributes,
       pg_temp.iso(least((:clock)::timestamptz, r.registered_at + pg_temp.u(p.person, 'touched') * interval '90 days')) as updated_at
from base_people as p
join base_places as h on h.slot = p.place
join base_registrations as r using (person)
where p.person > 0
order by p.person
