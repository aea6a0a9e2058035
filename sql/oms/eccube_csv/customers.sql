-- Who:    members: as 会員CSV has them, else as their newest order does. Guests follow from their orders.
-- Grain:  member.
-- Why:    3 is 退会; 1 (仮会員) has not confirmed the address yet, and orders as a member only after that.
-- Params: none
select distinct on (customer_id) customer_id, email, phone, name, family_name, given_name, company, 'ja' as locale, 'Asia/Tokyo' as timezone,
       birthday, registered_at, postal_code, region, status, newsletter, _file, _line
from (
  select 1 as place, pg_temp.plain_of(id) as customer_id, pg_temp.plain_of(email) as email, pg_temp.phone_of(phone) as phone,
         nullif(concat_ws(' ', family_name, given_name), '') as name, family_name, given_name, company, pg_temp.day_of(birthday) as birthday,
         pg_temp.instant_of(registered_at) as registered_at, pg_temp.postal_of(postal_code) as postal_code,
         pg_temp.region_of(coalesce(pref_id, pref)) as region,
         case when status in ('3', '退会') then 'do_not_contact' else 'active' end as status, pg_temp.flag_of(newsletter) as newsletter,
         null as placed_at, _file, _line
  from raw_members
  union all
  select 2, pg_temp.plain_of(member_id), pg_temp.plain_of(email), pg_temp.phone_of(phone),
         nullif(concat_ws(' ', family_name, given_name), ''), family_name, given_name, company, pg_temp.day_of(birthday),
         null, pg_temp.postal_of(postal_code), pg_temp.region_of(coalesce(pref_id, pref)), 'active', null,
         pg_temp.instant_of(placed_at), _file, _line
  from raw_orders where member_id is not null
) known
order by customer_id, place, placed_at desc nulls last, _line
