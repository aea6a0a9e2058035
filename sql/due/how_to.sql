-- Who:    buyers of something that wants to be put together, used or cared for: the day it arrived, or two days later.
-- Grain:  order x category @ kind (assembly, use, care).   Anchor: order_progress.delivered_at (+ 2 days but for assembly).
-- Why:    by category and attribute, never by SKU: attributes.howto names the kind, assembly_minutes means assembly, clothes and
--         furniture are cared for, everything else is used.
--         The first condition follows from the second and names one table alone: only so is it two index scans of it.
-- Params: as_of, since, until, touched, customer_id
select f.order_id || ':' || k.category || '@' || k.kind as subject_id, f.customer_id, f.order_id,
       d.due_at, d.due_at + interval '10 days' as valid_until, k.kind as variant,
       json_build_object(
         'has_content', k.items is not null,
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', f.returned_at is null or f.returned_at > :as_of) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'delivered_at', f.delivered_at, 'category', k.category,
         'items', k.items, 'gift', f.gift,
         'traits', (select coalesce(jsonb_agg(distinct t.trait), '[]') from order_traits t
                    where t.order_id = f.order_id and t.line_no = any(k.lines))) as context
from order_facts f
cross join lateral (
  select coalesce(p.category, 'other') as category, h.kind,
         jsonb_agg(i.item || jsonb_build_object('minutes', p.attributes -> 'assembly_minutes') order by i.line_no)
           filter (where p.howto_url is not null) as items,
         array_agg(i.line_no) filter (where p.howto_url is not null) as lines
  from item_facts i
  join products p using (product_id)
  cross join lateral (
    select case when p.attributes ->> 'howto' in ('assembly', 'use', 'care') then p.attributes ->> 'howto'
                when p.attributes -> 'assembly_minutes' is not null then 'assembly'
                when p.category in ('fashion', 'furniture') then 'care'
                else 'use' end as kind
  ) h
  where i.order_id = f.order_id
  group by coalesce(p.category, 'other'), h.kind
) k
cross join lateral (select f.delivered_at + case k.kind when 'assembly' then interval '0' else interval '2 days' end as due_at) d
where (f.delivered_at > :since - interval '2 days' or f.order_id = any(:touched))
  and ((f.delivered_at > :since - interval '2 days' and f.delivered_at <= :until and d.due_at > :since)
       or (f.order_id = any(:touched) and f.delivered_at <= :until))
  and d.due_at <= :until
  and (:customer_id is null or f.customer_id = :customer_id)
