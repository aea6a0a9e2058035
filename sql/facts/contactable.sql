-- Who:    every customer, with what is needed to address one: language, zone, keys, and what a message may say to them.
-- Grain:  customer_id.
-- Why:    an unknown locale reads Japanese (the first market), one no template speaks English; an unknown zone is the shop's. Who was merged into another id is
--         reached as that one (person), while the ledger keeps the old id.
--         What they chose on the preference page goes before what the order system says; of two birthdays the one said last
--         counts (an order system without times says it first), and a placeholder is none.
-- Params: none
select i.customer_id, i.person_id, p.email, p.phone, p.line_user_id, p.push_token, p.address_key, p.line_key, p.phone_key, p.push_key,
       coalesce(f.preferred_channel, p.preferred_channel) as preferred_channel,
       coalesce(p.status, 'active') as status,
       case when coalesce(f.language, lower(left(p.locale, 2)), 'ja') = 'ja' then 'ja' else 'en' end as language,
       coalesce(p.timezone, 'Asia/Tokyo') as zone,
       jsonb_build_object(
         'customer_id', p.customer_id, 'name', p.name, 'family_name', p.family_name, 'given_name', p.given_name,
         'company', p.company, 'locale', coalesce(f.language, p.locale, 'ja'), 'timezone', coalesce(p.timezone, 'Asia/Tokyo'),
         'email', p.email, 'line_user_id', p.line_user_id, 'phone', p.phone, 'push_token', p.push_token
       ) as recipient,
       case when f.birthday is not null and (b.birthday is null or p.updated_at is null or f.said_at >= p.updated_at)
            then f.birthday else b.birthday end as birthday
from person i
join customers p on p.customer_id = i.person_id
cross join lateral (
  select case when p.birthday not in (date '1900-01-01', date '1970-01-01') then p.birthday end as birthday
) b
left join preference f on f.customer_id = p.customer_id
