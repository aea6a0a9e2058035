-- Who:    orders whose page has shown them long enough.
-- Grain:  order.
-- Params: as_of, sources
select t.order_id, t.version, t.has_calendar, t.ends_at, t.digest, o.source, o.customer_id, null as address_key,
       jsonb_build_object('language', coalesce(k.language, 'ja'))::text as page
from tracking_page t
join orders o using (order_id)
left join contactable k on k.customer_id = o.customer_id
where o.source = any(cast(:sources as text[])) and not t.ended and t.ends_at <= :as_of
order by t.order_id
