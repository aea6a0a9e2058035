-- Who:    the customer of a link, or whom they were merged into, with what they chose so far.
-- Grain:  customer; none where it is unknown or erased.
-- Params: customer
select k.customer_id, p.customer_id as reached_id, k.address_key, k.language, k.preferred_channel, k.email, k.email is not null as has_email,
       k.line_user_id is not null as has_line, k.phone is not null as has_sms, k.push_token is not null as has_push,
       f.birthday, case when f.paused_until > clock_timestamp() then f.paused_until end as paused_until
from contactable k
left join lateral (select k.recipient ->> 'customer_id' as customer_id) p on true
left join preference f on f.customer_id = p.customer_id
where k.customer_id = :customer
