-- Who:    every customer, with what is needed to address one: language, zone, keys, and what a message may say to them.
-- Grain:  customer_id.
-- Why:    an unknown locale reads Japanese (the first market); an unknown zone is the shop's.
-- Params: none
select c.customer_id, c.email, c.phone, c.line_user_id, c.push_token, c.address_key, c.preferred_channel,
       coalesce(c.status, 'active') as status,
       case when lower(left(c.locale, 2)) = 'en' then 'en' else 'ja' end as language,
       coalesce(c.timezone, 'Asia/Tokyo') as zone,
       jsonb_build_object(
         'customer_id', c.customer_id, 'name', c.name, 'family_name', c.family_name, 'given_name', c.given_name,
         'company', c.company, 'locale', coalesce(c.locale, 'ja'), 'timezone', coalesce(c.timezone, 'Asia/Tokyo'),
         'email', c.email
       ) as recipient
from customers c
