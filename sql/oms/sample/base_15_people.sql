-- Who:    everybody who buys or is registered.
-- Grain:  person: customers 1..customers, guests with minus their order number.
-- Params: customers, regulars
-- Why:    the first customers after the regulars are the hard cases of every size: regulars + 3 and + 4 share one
--         address, + 5 has none, + 6 and + 7 a malformed one, + 8 do_not_contact, + 10 deceased. All end in .invalid.
create temp table base_people as
with person as (
    select p as person from generate_series(1, (:customers)::bigint) as p
    union all
    select person from base_buying where person < 0
), dressed as (
    select person, f.kanji as family, g.kanji as given, lower(g.romaji || '.' || f.romaji) as romaji, null::text as foreign_name
    from person
    join base_families as f on f.n = floor(60 * power(pg_temp.u(person, 'family'), 1.4))::int
    join base_givens as g on g.n = floor(60 * pg_temp.u(person, 'given'))::int
), named as (
    select d.person, coalesce(e.family, d.family) as family_name, coalesce(h.given, d.given) as given_name,
           case when e.n is null then d.romaji else 'foreigner' end as romaji, e.n is not null as is_foreign
    from dressed as d
    left join base_foreigners as e on pg_temp.u(d.person, 'foreign') < 0.05 and e.n = floor(16 * pg_temp.u(d.person, 'family'))::int
    left join base_foreigners as h on pg_temp.u(d.person, 'foreign') < 0.05 and h.n = floor(16 * pg_temp.u(d.person, 'given'))::int
)
select n.person, n.family_name, n.given_name, n.is_foreign, c.name as company,
       case when n.is_foreign then n.given_name || ' ' || n.family_name else n.family_name || ' ' || n.given_name end as name,
       case when n.is_foreign then 'en' else 'ja' end as locale,
       case when n.person in (:regulars + 3, :regulars + 4) then 'family.' || (:regulars + 3) || '@mail.invalid'
            when n.person = :regulars + 5 or pg_temp.u(n.person, 'no address') < 0.008 then null
            when n.person = :regulars + 6 then n.romaji || '＠mail.invalid'
            when n.person = :regulars + 7 then n.romaji || '..@@mail.invalid'
            else n.romaji || case when n.person < 0 then '.g' || -n.person else '.' || n.person end || '@'
                 || (array['mail', 'post', 'tegami', 'yubin'])[1 + (abs(n.person) % 4)] || '.invalid'
       end as email,
       '090-0000-' || lpad((abs(n.person) % 10000)::text, 4, '0') as phone,
       date '1945-01-01' + floor(22600 * pg_temp.u(n.person, 'birthday'))::int as birthday,
       floor(p.slots * pg_temp.u(n.person, 'place'))::bigint as place,
       n.person > 0 and (n.person <= :regulars or pg_temp.u(n.person, 'consent') < 0.72) as consented,
       n.person > 0 and n.person <> 1 and pg_temp.u(n.person, 'withdrawn') < 0.07 as withdrew,
       case when n.person = :regulars + 8 or pg_temp.u(n.person, 'never contact') < 0.004 then 'do_not_contact'
            when n.person = :regulars + 10 or pg_temp.u(n.person, 'deceased') < 0.002 then 'deceased'
            else 'active' end as status
from named as n
cross join (select count(*) as slots from base_places) as p
left join base_companies as c on not n.is_foreign and pg_temp.u(n.person, 'company') < 0.05
     and c.n = floor(10 * pg_temp.u(n.person, 'which company'))::int
