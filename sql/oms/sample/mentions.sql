-- Who:    who posted about the shop since yesterday, and some of those who did on the days to be walked.
-- Grain:  mention.
-- Params: clock, walked
select 'M' || lpad(person::text, 8, '0') as mention_id, 'instagram' as platform, pg_temp.iso(m.at) as at,
       'hinata_fan_' || person as author, 'C' || lpad(person::text, 8, '0') as customer_id,
       'https://instagram.invalid/p/' || person as url, '届いた湯のみでひと息。 #ひなた商店' as text, 'true' as has_photo
from base_registrations
cross join lateral (
    select (:clock)::timestamptz - case when pg_temp.u(person, 'posts') < 0.01 then 1 else :walked end
           * interval '24 hours' * pg_temp.u(person, 'hour of the post') as at
) as m
where registered_at < m.at - interval '29 days' and pg_temp.u(person, 'posts') < case when :walked > 0 then 0.08 else 0.01 end
order by person
