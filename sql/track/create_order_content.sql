-- Who:    orders being folded, with what a customer would call their content: what is to come, whereto, for when.
-- Grain:  order. lines and address are hashes, null while there are none; day and slot stand as they are.
-- Why:    a change is told (order_amended) only where a reader would see one: the order of the lines, their numbers, prices
--         and spaces in an address make no difference.
-- Params: none
create temp table order_content on commit drop as
with line as (
  select order_id, md5(string_agg(concat_ws('|', product_id, recipient_no, quantity), ';' order by product_id, recipient_no)) as lines
  from (select order_id, product_id, recipient_no, sum(l.quantity - coalesce(l.cancelled_quantity, 0)) as quantity
        from order_to_fold join order_lines l using (order_id)
        group by order_id, product_id, recipient_no) piece
  where quantity > 0
  group by order_id
), place as (
  select order_id, string_agg(concat_ws('|', recipient_no, name, postal_code, region, address), ';' order by recipient_no) as places
  from order_to_fold join recipients using (order_id)
  group by order_id
)
select o.order_id,
       jsonb_build_object(
         'lines', l.lines,
         'address', md5(nullif(regexp_replace(coalesce(p.places, concat_ws('|', o.ship_to_name, o.ship_to_postal_code, o.ship_to_region,
                                                                           o.ship_to_address)), '\s', '', 'g'), '')),
         'day', coalesce(o.requested_on, o.promised_on), 'slot', o.requested_slot) as content
from order_to_fold
join orders o using (order_id)
left join line l using (order_id)
left join place p using (order_id)
