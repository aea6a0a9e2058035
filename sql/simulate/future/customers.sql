-- Who:    customers to come, with all their likes have but what leads to them.
-- Grain:  customer, known with the first order.
-- Params: none
create temp table future_customers on commit drop as
select p.placed_at as known_at, p.customer_id, case when c.email is not null then p.email end as email,
       case when c.phone is not null then p.phone end as phone, case when c.line_user_id is not null then 'U' || p.customer_id end as line_user_id,
       case when c.push_token is not null then p.customer_id end as push_token, c.name, c.family_name, c.given_name, c.company, c.locale,
       c.timezone, c.birthday, c.registered_at + p.gap as registered_at, c.preferred_channel, c.postal_code, c.region, 'active' as status,
       c.newsletter, c.attributes, p.placed_at as updated_at
from person_to_come p
join customers c on c.customer_id = p.like_customer_id
where not p.is_guest
