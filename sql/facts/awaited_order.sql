-- Who:    orders of which nothing was sent because it cannot be yet: announced for a later day, sold before it is in, or fetched
--         from a store.
-- Grain:  order_id.
-- Why:    they are told so from the start and have a rhythm of their own (order_waiting). available_on is the pre-order's day;
--         a counter's sale waits for nothing. products.in_stock says what can be sold now: that an item is out of stock is no
--         proof that this order waits for it, which is why messages say "we are getting it" and are not sent before days have passed.
-- Params: none
select o.order_id, case when o.preorder_until > t.today then 'preorder' when l.kind = 'store' then 'transfer' else 'backorder' end as reason,
       case when o.preorder_until > t.today then o.preorder_until end as available_on,
       (select coalesce(jsonb_agg(i.item order by i.line_no), '[]')
        from item_facts i left join products p using (product_id)
        where i.order_id = o.order_id and (o.preorder_until > t.today or l.kind = 'store' or not p.in_stock)) as items
from order_progress g
join orders o using (order_id)
left join locations l on l.location_id = o.location_id
cross join lateral (select (business_now() at time zone g.zone)::date as today offset 0) t
where (g.first_shipped_at is null or g.first_shipped_at > business_now()) and o.sales_channel is distinct from 'pos'
  and (o.preorder_until > t.today or l.kind = 'store'
       or exists (select from item_facts i join products p using (product_id) where i.order_id = o.order_id and not p.in_stock))
