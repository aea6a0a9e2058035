-- Who:    every order with what its messages show: items, money, where it goes.
-- Grain:  order_id.
-- Why:    correlated sub-selects: a due file pays only for the orders of its window. tax_lines are tax-included totals of
--         each rate; shipping and payment fees are taxed at 10 % in Japan (国税庁). cancelled_at is the folded one: some
--         sources know the word alone.
--         order_id and all instants that anchor a message are order_progress': "in the window or touched" is then two index
--         scans of one table; of two tables it would be a scan of all history.
-- Params: none
select g.order_id, o.customer_id, g.placed_at, o.paid_at, g.cancelled_at, o.sales_channel, o.original_order_id,
       o.preorder_until, o.requested_on, o.promised_on, g.order_number, g.delivered_at, g.returned_at, g.zone,
       (select coalesce(jsonb_agg(i.item order by i.line_no), '[]')
        from item_facts i where i.order_id = o.order_id) as items,
       (select coalesce(jsonb_agg(t.trait order by t.line_no, t.trait), '[]')
        from (select trait, min(line_no) as line_no from order_traits where order_id = o.order_id group by trait) t) as traits,
       jsonb_build_object(
         'subtotal', o.subtotal, 'shipping_fee', o.shipping_fee, 'discount', o.discount, 'points_used', o.points_used,
         'fee', o.fee, 'total', o.total, 'currency', o.currency,
         'tax_lines', (
           select coalesce(jsonb_agg(jsonb_build_object('rate', rate, 'amount', amount) order by rate), '[]')
           from (select rate, sum(amount) as amount
                 from (select l.tax_rate as rate, l.unit_price * (l.quantity - coalesce(l.cancelled_quantity, 0)) as amount
                       from order_lines l where l.order_id = o.order_id and l.tax_rate is not null
                       union all
                       select 0.10, coalesce(o.shipping_fee, 0) + coalesce(o.fee, 0)
                       where o.currency = 'JPY' and coalesce(o.shipping_fee, 0) + coalesce(o.fee, 0) > 0) taxed
                 group by rate) t)
       ) as money,
       case when exists (select from recipients r where r.order_id = o.order_id) then (
         select jsonb_agg(jsonb_build_object(
                  'name', r.name, 'postal_code', r.postal_code, 'region', r.region, 'address', r.address,
                  'items', (select coalesce(jsonb_agg(i.item order by i.line_no), '[]') from item_facts i
                            where i.order_id = o.order_id and i.recipient_no = r.recipient_no)) order by r.recipient_no)
         from recipients r where r.order_id = o.order_id)
       else jsonb_build_array(jsonb_build_object(
         'name', o.ship_to_name, 'postal_code', o.ship_to_postal_code, 'region', o.ship_to_region, 'address', o.ship_to_address,
         'items', (select coalesce(jsonb_agg(i.item order by i.line_no), '[]') from item_facts i where i.order_id = o.order_id)))
       end as ship_to,
       o.payment_method, o.payment_due_at, coalesce(o.gift, false) as gift, o.requested_slot, o.ship_to_region,
       g.promise_ends_at, g.first_shipped_at, g.shipped_all_at, g.content, g.content_changed_at
from orders o join order_progress g using (order_id)
