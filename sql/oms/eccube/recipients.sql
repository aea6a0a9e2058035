-- Who:    where the parcels of an order go (複数配送: several).
-- Grain:  order x address. Read for exactly the orders of orders.sql.
-- Key:    dtb_shipping.id
-- Params: after, limit, since, recent
select coalesce(nullif(o.order_no, ''), concat(o.id, '')) as order_id, s.id as recipient_no,
       trim(concat(s.name01, ' ', s.name02)) as name, s.postal_code as postal_code,
       case when s.pref_id < 10 then concat('JP-0', s.pref_id) when s.pref_id >= 10 then concat('JP-', s.pref_id) end as region,
       concat(coalesce(s.addr01, ''), coalesce(s.addr02, '')) as address, s.id as _key
from dtb_shipping s
join dtb_order o on o.id = s.order_id
where s.id > :after and o.order_status_id not in (7, 8)
  and (:since is null or o.update_date > :since or o.order_date > :recent
       or exists (select 1 from dtb_shipping c where c.order_id = o.id and c.update_date > :since))
order by s.id
limit :limit
