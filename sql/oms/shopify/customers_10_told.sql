-- Effect: every telling of customers, in one shape. `rank`: 0 merged or deleted, 1 the API's, 2 of one just made, 3 another webhook's.
-- Params: none
create temp table told_customer as
select split_part(d ->> 'id', '/', 5) as customer_id, 1 as rank, (d ->> 'updatedAt')::timestamptz as updated_at, null as status,
       d #>> '{defaultEmailAddress,emailAddress}' as email, d #>> '{defaultPhoneNumber,phoneNumber}' as phone,
       d ->> 'firstName' as given, d ->> 'lastName' as family, d ->> 'locale' as locale, d ->> 'createdAt' as created_at,
       d #>> '{defaultAddress,company}' as company, d #>> '{defaultAddress,zip}' as zip,
       d #>> '{defaultAddress,countryCodeV2}' as country, d #>> '{defaultAddress,provinceCode}' as province,
       d #>> '{birthday,value}' as birthday, d -> 'tags' as tags,
       d #>> '{defaultEmailAddress,marketingState}' as email_state, d #>> '{defaultEmailAddress,marketingUpdatedAt}' as email_state_at,
       d #>> '{defaultPhoneNumber,marketingState}' as sms_state, d #>> '{defaultPhoneNumber,marketingUpdatedAt}' as sms_state_at,
       _file, _line
from (select document::jsonb as d, _file, _line from raw_customers) r
where d ->> 'id' like 'gid://shopify/Customer/%'
union all
select d ->> 'id', case when topic = 'customers/create' then 2 else 3 end, (d ->> 'updated_at')::timestamptz, null, d ->> 'email', d ->> 'phone', d ->> 'first_name', d ->> 'last_name', null, d ->> 'created_at',
       d #>> '{default_address,company}', d #>> '{default_address,zip}', d #>> '{default_address,country_code}', d #>> '{default_address,province_code}',
       null, to_jsonb(string_to_array(nullif(d ->> 'tags', ''), ', ')),
       upper(d #>> '{email_marketing_consent,state}'), d #>> '{email_marketing_consent,consent_updated_at}',
       upper(d #>> '{sms_marketing_consent,state}'), d #>> '{sms_marketing_consent,consent_updated_at}', _file, _line
from (select document::jsonb -> 'body' as d, document::jsonb ->> 'topic' as topic, _file, _line from raw_webhooks) w
where topic in ('customers/create', 'customers/update', 'customers/enable', 'customers/disable')
union all
select split_part(d ->> 'admin_graphql_api_id_customer_deleted', '/', 5), 0, null, 'merged_into:' || split_part(d ->> 'admin_graphql_api_id_customer_kept', '/', 5),
       null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, _file, _line
from (select document::jsonb -> 'body' as d, document::jsonb ->> 'topic' as topic, _file, _line from raw_webhooks) w
where topic = 'customers/merge' and d ? 'admin_graphql_api_id_customer_deleted'
union all
select d ->> 'id', 0, null, 'do_not_contact',
       null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, _file, _line
from (select document::jsonb -> 'body' as d, document::jsonb ->> 'topic' as topic, _file, _line from raw_webhooks) w
where topic = 'customers/delete'
