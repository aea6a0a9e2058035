-- Who:    open orders whose promised or requested day is over in their zone and whose pieces have not all arrived.
-- Grain:  order.
-- Why:    not before a pre-order's own day, and not where the carrier stood at the door in time or keeps the parcel for
--         the customer to collect. The new day is the carrier's once every outstanding parcel has one.
-- Params: as_of
insert into found_delay
select o.order_id, 'promise_missed', null, o.region,
       jsonb_build_object('promised_on', o.promised_on, 'requested', o.requested_on is not null),
       greatest(o.promise_ends_at, o.preorder_ends_at), p.eta_on, p.eta_on
from open_order o
left join (
  select p.order_id, bool_and(coalesce(p.was_tried_at < o.promise_ends_at, false)) as was_tried,
         case when bool_and(p.eta_on is not null) and not bool_or(o.is_unshipped) then max(p.eta_on) end as eta_on
  from open_parcel p
  join open_order o using (order_id)
  group by p.order_id
) p using (order_id)
where o.promise_ends_at <= :as_of
  and (o.preorder_ends_at is null or o.preorder_ends_at <= :as_of)
  and (o.is_unshipped or p.was_tried is not true)
