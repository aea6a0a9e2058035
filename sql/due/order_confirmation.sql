-- Who:    every order the moment it was placed, but not what was paid and taken at a counter.
-- Grain:  order.   Anchor: orders.placed_at.
-- Why:    `assurance` goes before `welcome`: who waits long wants to know that first. Exchanges and replacements greet nobody.
--         `offer` gives a coupon for the next order to who comes back, agreed to marketing and got none so in 90 days; the first of two orders has it, no gift.
--         `similar` comes last: three products in stock, of what most others bought next, then of the same category, for whoever may be
--         promoted to. Nobody who waits, is new, gives a present or is told this later than a day is looked up products for.
-- Params: as_of, since, until, touched, customer_id
select f.order_id as subject_id, f.customer_id, f.order_id,
       f.placed_at as due_at, f.placed_at + interval '24 hours' as valid_until,
       case when a.assurance is not null then 'assurance'
            when f.order_number = 1 and f.original_order_id is null then 'welcome'
            when y.may_be_offered then 'offer'
            when s.products is not null then 'similar'
            else 'plain' end as variant,
       json_build_object(
         'not_point_of_sale', f.sales_channel is distinct from 'pos',
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_delivered', f.delivered_at is null or f.delivered_at > :as_of) as checks,
       f.money || jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'placed_at', f.placed_at, 'items', f.items,
         'payment_method', f.payment_method, 'payment_number', null, 'payment_due_at', f.payment_due_at,
         'paid', f.paid_at is not null and f.paid_at <= :as_of, 'ship_to', f.ship_to, 'gift', f.gift,
         'promised_on', f.promised_on, 'requested_on', f.requested_on, 'requested_slot', f.requested_slot,
         'assurance', a.assurance, 'similar', coalesce(s.products, '[]'),
         'tells', jsonb_build_object('until_on', coalesce(f.requested_on, f.promised_on), 'from_on', null,
                                      'cause', case a.assurance ->> 'reason' when 'hazard' then 'hazard' end, 'content', f.content)
       ) as context
from order_facts f
left join lateral (
  select jsonb_build_object('reason', 'hazard', 'hazard', h.kind, 'region', a.region,
                            'until_on', (least(h.until_at, a.until_at) at time zone f.zone)::date) as assurance
  from orders o
  join hazard_area a on a.part = '' and case
    when a.municipality <> '' then a.municipality in (select p.municipality from postal_area p where p.postal_code = postal_key(o.ship_to_postal_code))
    else a.region = o.ship_to_region and starts_with(coalesce(postal_key(o.ship_to_postal_code), ''), a.postal_prefix) end
  join hazard h using (hazard_id)
  where o.order_id = f.order_id and h.halts and h.carrier is null
    and greatest(h.from_at, a.from_at) <= :as_of and coalesce(least(h.until_at, a.until_at) > :as_of, true)
  order by h.from_at, h.hazard_id, a.region limit 1
) w on true
left join lateral (
  select case
    when f.preorder_until > (f.placed_at at time zone f.zone)::date
      then jsonb_build_object('reason', 'preorder', 'hazard', null, 'region', null, 'until_on', f.preorder_until)
    when w.assurance is not null then w.assurance
    when f.requested_on is null and f.promised_on > (f.placed_at at time zone f.zone)::date + 10
      then jsonb_build_object('reason', 'long_lead', 'hazard', null, 'region', null, 'until_on', f.promised_on)
  end as assurance
) a on true
left join lateral (
  select true as may_be_offered
  from marketing_consent k
  where k.customer_id = f.customer_id and (:customer_id is null or k.customer_id = :customer_id) and f.order_number >= 2 and f.original_order_id is null and not f.gift
    and not exists (select from refused_as_another r where r.customer_id = f.customer_id and r.topic = 'marketing')
    and not exists (
      select from order_progress g
      where g.customer_id = f.customer_id and g.placed_at > f.placed_at - interval '24 hours' and (g.placed_at, g.order_id) < (f.placed_at, f.order_id))
    and not exists (
      select from message m
      where m.customer_id = f.customer_id and m.planned_at > f.placed_at - interval '90 days' and m.touchpoint = 'order_confirmation'
        and m.variant = 'offer' and m.subject_id <> f.order_id and m.state not in ('expired', 'cancelled', 'rejected'))
  offset 0
) y on true
left join lateral (
  select jsonb_agg(jsonb_build_object('product_id', p.product_id, 'name', p.name, 'url', p.url, 'image_url', p.image_url, 'price', p.price)
                   order by p.place, p.product_id) as products
  from (
    select p.*, c.place
    from (
      (select n.next_category as category, 1 as place
       from order_lines l join products b using (product_id) join next_category n using (category)
       where l.order_id = f.order_id order by n.support desc, n.next_category limit 1)
      union all
      (select b.category, 2 from order_lines l join products b using (product_id)
       where l.order_id = f.order_id order by l.unit_price desc, l.line_no limit 1)
    ) c
    join products p using (category)
    where coalesce(p.in_stock, true) and p.attributes -> 'min_age' is null
      and not exists (select from order_lines l where l.order_id = f.order_id and l.product_id = p.product_id)
    order by c.place, p.product_id limit 3
  ) p
  where a.assurance is null and not (f.order_number = 1 and f.original_order_id is null) and not f.gift
    and f.placed_at > cast(:as_of as timestamptz) - interval '24 hours'
    and exists (select from marketing_consent y where y.customer_id = f.customer_id offset 0)
    and not exists (select from refused_as_another r where r.customer_id = f.customer_id and r.topic = 'marketing')
) s on true
where ((f.placed_at > :since and f.placed_at <= :until) or (f.order_id = any(:touched) and f.placed_at <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
