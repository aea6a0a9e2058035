-- Who:    one customer with all ids of the person, and what is known of them besides what happened.
-- Grain:  customer; none where no load brought one.
-- Why:    `personal` names them: it is shown to who asks for it alone. Addresses are counted, keys of addresses lead to what was said
--         of them.
-- Params: customer_id
select c.customer_id, k.person_id, array(
         select s.same_id from same_person s where s.customer_id = c.customer_id order by s.same_id) as same_ids,
       k.status, k.language, k.zone, c.registered_at, k.preferred_channel, f.order_number as orders, f.tier,
       f.first_order_at, f.last_order_at,
       (select min(g.placed_at) from order_progress g where g.customer_id = c.customer_id) as first_placed_at,
       exists (select from marketing_consent m where m.customer_id = c.customer_id) as agreed_to_marketing,
       array_remove(array[case when k.email is not null then 'email' end, case when k.line_user_id is not null then 'line' end,
                          case when k.phone is not null then 'sms' end, case when k.push_token is not null then 'push' end], null) as reachable_by,
       jsonb_build_object('name', k.recipient -> 'name', 'company', k.recipient -> 'company', 'email', k.email, 'phone', k.phone,
                          'line_user_id', k.line_user_id, 'birthday', k.birthday, 'postal_code', c.postal_code) as personal
from customers c
join contactable k on k.customer_id = c.customer_id
left join customer_fact f on f.customer_id = k.person_id
where c.customer_id = :customer_id
