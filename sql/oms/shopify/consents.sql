-- Who:    what customers said to marketing by e-mail and SMS, with the instant they said it.
-- Grain:  customer x channel. Who subscribed at no known instant did so when the account was made; who never spoke has no row.
-- Params: none
select distinct on (customer_id, channel, coalesce(state_at, created_at)) customer_id, channel, 'marketing' as topic, case when state = 'SUBSCRIBED' then 'true' else 'false' end as granted,
       coalesce(state_at, created_at) as at, 'shopify' as source, _file, _line
from told_customer
cross join lateral (values ('email', email_state, email_state_at), ('sms', sms_state, sms_state_at)) said (channel, state, state_at)
where rank > 0 and (state = 'SUBSCRIBED' or state_at is not null and state is not null)
order by customer_id, channel, coalesce(state_at, created_at), updated_at desc, _file, _line
