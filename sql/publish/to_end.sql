-- Who:    orders whose page has shown them long enough, and orders that vanished from the order system since the last finished run.
-- Grain:  order.
-- Params: as_of, sources
select t.order_id, t.version, t.has_calendar, t.ends_at, t.digest, o.source, o.customer_id, null as address_key,
       jsonb_build_object('language', coalesce(k.language, 'ja'))::text as page
from (
  select order_id from tracking_page where not ended and ends_at <= :as_of
  union
  select v.order_id from touched_order v
  where v.load_id > coalesce((select max(load_id) from run where finished_at is not null), 0)
    and not exists (select from orders x where x.order_id = v.order_id)
) over_now
join tracking_page t using (order_id)
left join orders o using (order_id)
left join contactable k on k.customer_id = o.customer_id
where not t.ended and coalesce(o.source = any(cast(:sources as text[])), true)
order by t.order_id
