-- Who:    what a trial loaded: how much, and whom of its customers something can reach, and an order to look at.
-- Grain:  one row.
-- Params: none
select (select count(*) from orders) as orders, (select count(*) from order_lines) as lines, (select count(*) from shipments) as parcels,
       count(*) filter (where customer_id not like 'guest:%') as members, count(*) filter (where customer_id like 'guest:%') as guests,
       count(*) filter (where email is null) as unreachable,
       (select o.order_id from orders o left join message m on m.order_id = o.order_id and m.state = 'accepted'
        group by o.order_id order by count(m.order_id) desc, max(o.placed_at) desc, o.order_id limit 1) as example,
       count(*) filter (where exists (select from consents k where k.granted and (k.customer_id = c.customer_id or k.address = c.address_key))) as agreed
from customers c
