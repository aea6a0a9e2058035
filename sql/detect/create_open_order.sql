-- Who:    orders alive and not wholly arrived at :as_of: placed in the last 120 days, or promised for a day since 60 days ago.
-- Grain:  order. ready_at: from when on it could be sent.
-- Why:    one bounded look-back that every rule shares. What was taken at a counter is not sent, and what must be paid
--         before it is sent and is not paid does not wait for us.
-- Params: as_of
create temp table open_order on commit drop as
select g.order_id, g.zone, (cast(:as_of as timestamptz) at time zone g.zone)::date as today, g.placed_at, g.promised_on, g.promise_ends_at,
       o.requested_on, (o.preorder_until + 1)::timestamp at time zone g.zone as preorder_ends_at,
       o.ship_to_region as region, postal_key(o.ship_to_postal_code) as postal_code, l.region as origin_region,
       postal_key(l.postal_code) as origin_postal_code, g.shipped_all_at is null or g.shipped_all_at > :as_of as is_unshipped,
       g.first_shipped_at is null or g.first_shipped_at > :as_of as has_nothing_shipped,
       greatest(g.placed_at, case when o.payment_due_at is not null then o.paid_at end,
                (o.preorder_until + 1)::timestamp at time zone g.zone) as ready_at
from order_progress g
join orders o using (order_id)
left join locations l using (location_id)
where g.placed_at <= :as_of
  and (g.placed_at > :as_of - interval '120 days' or g.promise_ends_at > :as_of - interval '60 days')
  and (g.delivered_at is null or g.delivered_at > :as_of)
  and (g.cancelled_at is null or g.cancelled_at > :as_of)
  and (g.returned_at is null or g.returned_at > :as_of)
  and o.sales_channel is distinct from 'pos'
  and not (o.payment_due_at is not null and (o.paid_at is null or o.paid_at > :as_of) and (g.first_shipped_at is null or g.first_shipped_at > :as_of))
