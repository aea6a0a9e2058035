-- Who:    orders whose parcel goes to who bought them: no gift, one recipient, the buyer's own name on it.
-- Grain:  order_id.
-- Why:    a postcard goes to the last such address, an insert into such a parcel: what a shop writes to its customer is not for
--         whoever was given a present. Names are compared without spaces; an order without a name on the parcel is the buyer's.
--         Without postal code, or where a parcel came back from, there is no address.
-- Params: none
select g.order_id, g.customer_id, g.placed_at, o.location_id, g.first_shipped_at <= business_now() as has_left,
       case when o.ship_to_address is not null and o.ship_to_postal_code is not null
                 and not exists (select from parcel p where p.order_id = g.order_id and p.returned_at <= business_now())
         then jsonb_build_object('name', o.ship_to_name, 'postal_code', o.ship_to_postal_code, 'region', o.ship_to_region,
                                 'address', o.ship_to_address) end as postal
from order_progress g
join orders o using (order_id)
left join customers c on c.customer_id = g.customer_id
where g.placed_at <= business_now() and not coalesce(o.gift, false)
  and not exists (select from recipients r where r.order_id = g.order_id and r.recipient_no <> 1)
  and (o.ship_to_name is null
       or regexp_replace(o.ship_to_name, '[[:space:]　]', '', 'g') in (
         select regexp_replace(known, '[[:space:]　]', '', 'g')
         from unnest(array[c.name, c.family_name || c.given_name, c.company, o.buyer_name]) known))
