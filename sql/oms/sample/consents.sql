-- Who:    marketing consent by e-mail, granted with time and source, and later withdrawn by some; a few guests.
-- Grain:  one decision of a customer or an address.
-- Params: clock
with decision as (
    select person, 'C' || lpad(person::text, 8, '0') as customer_id, null::text as address, true as granted,
           registered_at + interval '1 minute' as at, case when person % 3 = 0 then 'account page' else 'checkout' end as source
    from base_people join base_registrations using (person)
    where consented
    union all
    select person, 'C' || lpad(person::text, 8, '0'), null, false,
           registered_at + (3 + 200 * pg_temp.u(person, 'withdrawn at')) * interval '1 day', 'opt-out link'
    from base_people join base_registrations using (person)
    where consented and withdrew
    union all
    select b.person, null, p.email, true, b.placed_at + interval '20 seconds', 'guest checkout'
    from base_buying as b join base_people as p using (person)
    where b.person < 0 and p.email is not null and pg_temp.u(b.person, 'guest consent') < 0.08
)
select customer_id, address, 'email' as channel, 'marketing' as topic, granted::text as granted, pg_temp.iso(at) as at, source
from decision
where at <= (:clock)::timestamptz
order by person, decision.granted desc
