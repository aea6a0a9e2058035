-- Who:    every customer, with the words that tell who they are: what no copy for a colleague and no sample may show.
-- Grain:  customer_id.
-- Why:    names of two characters are left to the fields they stand in (tasks/core/anonymous.py): they are words of other things, too.
-- Params: none
select c.customer_id, array(
         select distinct word
         from (
           select unnest(array[c.email, c.phone, c.line_user_id, c.name, c.company]) as word
           union all
           select unnest(array[o.order_id, o.buyer_name, o.buyer_email, o.buyer_phone, o.ship_to_name, o.ship_to_address, o.ship_to_postal_code])
           from orders o where o.customer_id = c.customer_id
           union all
           select unnest(array[r.name, r.address, r.postal_code])
           from orders o join recipients r using (order_id) where o.customer_id = c.customer_id
           union all
           select unnest(array[s.shipment_id, s.tracking_number])
           from orders o join shipments s using (order_id) where o.customer_id = c.customer_id
         ) said
         where length(word) > 2) as words
from customers c
