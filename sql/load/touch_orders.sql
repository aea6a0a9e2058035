-- Who:    orders of which this load changed any row, in whichever table.
-- Grain:  order.
-- Effect: touched_order; rows deleted by this load were added when they went (delete_vanished).
-- Why:    news about a product touches the orders it was bought in: product_update learns of a recall however late it was loaded.
--         A mention touches its author's first order: mention_reply learns of it however late it was seen.
-- Params: none
insert into touched_order (load_id, order_id)
select current_load(), order_id from (
  select order_id from orders where from_load = current_load()
  union select order_id from order_lines where from_load = current_load()
  union select order_id from recipients where from_load = current_load()
  union select order_id from payments where load_id = current_load()
  union select order_id from refunds where load_id = current_load()
  union select order_id from returns where from_load = current_load()
  union select order_id from shipments where from_load = current_load()
  union select s.order_id from shipment_lines l join shipments s on s.shipment_id = l.shipment_id where l.from_load = current_load()
  union select s.order_id from tracking_events e join shipments s on s.carrier = e.carrier and s.tracking_number = e.tracking_number
        where e.load_id = current_load()
  union select order_id from reviews where load_id = current_load()
  union select order_id from survey_answers where load_id = current_load()
  union select order_id from tickets where from_load = current_load() and order_id is not null
  union select l.order_id from contents c
        cross join lateral (select c.product_id union select product_id from products where category = c.category) p
        join order_lines l on l.product_id = p.product_id where c.from_load = current_load() and c.kind in ('update', 'recall')
  union select f.first_order_id from mentions m join person i using (customer_id) join customer_fact f on f.customer_id = i.person_id
        where m.from_load = current_load() and f.first_order_id is not null
) changed
on conflict do nothing
