-- Who:    orders with parcels handed over and not yet told: one message for all of them.
-- Grain:  order x digest; members are shipments (`covers`).   Anchor: parcel.shipped_at.
-- Why:    a digest already in the ledger keeps its subject through `covers`, so that it can be found again and cancelled.
--         What arrived meanwhile is covered in silence: nobody is told "shipped" after "delivered".
-- Params: as_of, since, until, touched, customer_id
select coalesce(d.told_as, d.order_id || ':' || d.first_shipment) as subject_id, f.customer_id, d.order_id,
       d.shipped_at as due_at, d.shipped_at + interval '24 hours' as valid_until, 'plain' as variant,
       json_build_object(
         'not_cancelled', f.cancelled_at is null or f.cancelled_at > :as_of,
         'not_returned', not d.all_returned,
         'not_delivered', jsonb_array_length(d.parcels) > 0) as checks,
       jsonb_build_object(
         'order_id', d.order_id, 'order_number', f.order_number, 'parcels', d.parcels,
         'still_to_come', (
           select coalesce(jsonb_agg(jsonb_build_object('name', i.item ->> 'name', 'quantity', i.wanted - i.handed_over) order by i.line_no), '[]')
           from (select i.line_no, i.item, (i.item ->> 'quantity')::bigint as wanted,
                        (select coalesce(sum(s.quantity), 0)::bigint from shipment_lines s join parcel p using (shipment_id)
                         where p.order_id = i.order_id and s.line_no = i.line_no and p.shipped_at <= :as_of) as handed_over
                 from item_facts i where i.order_id = d.order_id) i
           where i.wanted > i.handed_over and (f.shipped_all_at is null or f.shipped_all_at > :as_of)),
         'told_before', (select count(*) from covers c join parcel p on p.shipment_id = c.member
                         where c.touchpoint = 'shipped' and p.order_id = d.order_id and c.subject_id is distinct from d.told_as),
         'promised_on', f.promised_on, 'requested_on', f.requested_on, 'requested_slot', f.requested_slot, 'gift', f.gift,
         'covers', d.members) as context
from (
  select p.order_id, c.subject_id as told_as, min(p.shipment_id) as first_shipment, max(p.shipped_at) as shipped_at,
         bool_and(p.returned_at is not null and p.returned_at <= :as_of) as all_returned,
         jsonb_agg(p.shipment_id order by p.shipment_id) as members,
         coalesce(jsonb_agg(k.parcel || jsonb_build_object('recipient_name', r.name) order by p.shipped_at, p.shipment_id)
           filter (where (p.delivered_at is null or p.delivered_at > :as_of)
                     and (p.returned_at is null or p.returned_at > :as_of)), '[]') as parcels
  from parcel p
  join parcel_facts k using (shipment_id)
  left join covers c on c.touchpoint = 'shipped' and c.member = p.shipment_id
  left join recipients r on r.order_id = p.order_id and r.recipient_no = p.recipient_no
  where p.shipped_at <= :until
    and p.order_id in (
      select order_id from parcel where shipped_at > :since and shipped_at <= :until and (:customer_id is null or order_id = any(array(select order_id from order_progress where customer_id = :customer_id)))
      union all
      select unnest(cast(:touched as text[])))
  group by p.order_id, c.subject_id
) d
join order_facts f using (order_id)
where (:customer_id is null or f.customer_id = :customer_id)
