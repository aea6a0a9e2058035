-- Who:    customers.
-- Grain:  customer. Merged into another, or deleted: the row says that alone.
-- Why:    a webhook knows neither language nor birthday, and would blank them: only one of a customer just made counts, until the
--         API tells of them.
-- Params: none
select distinct on (customer_id) customer_id, email, phone, pg_temp.name_of(country, family, given, null) as name, family as family_name, given as given_name,
       company, locale, left(birthday, 10) as birthday, created_at as registered_at, zip as postal_code,
       pg_temp.region_of(country, province) as region, coalesce(status, 'active') as status,
       case when jsonb_array_length(tags) > 0 then jsonb_build_object('tags', tags)::text end as attributes,
       to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as updated_at, _file, _line
from told_customer
where rank < 3
order by customer_id, rank, status like 'merged_into:%' desc, told_customer.updated_at desc, _file, _line
