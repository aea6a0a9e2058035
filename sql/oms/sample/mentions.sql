-- Who:    who posted about the shop since yesterday.
-- Grain:  mention.
-- Params: clock
select 'M' || lpad(person::text, 8, '0') as mention_id, 'instagram' as platform,
       pg_temp.iso((:clock)::timestamptz - interval '24 hours' * pg_temp.u(person, 'hour of the post')) as at,
       'hinata_fan_' || person as author, 'C' || lpad(person::text, 8, '0') as customer_id,
       'https://instagram.invalid/p/' || person as url, '届いた湯のみでひと息。 #ひなた商店' as text, 'true' as has_photo
from base_registrations
where registered_at < (:clock)::timestamptz - interval '30 days' and pg_temp.u(person, 'posts') < 0.01
order by person
