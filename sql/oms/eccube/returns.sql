-- Who:    orders that are 返品 (9): the goods are back.
-- Grain:  order: EC-CUBE knows no part of one.
-- Key:    dtb_order.id
-- Why:    it keeps no time of the change of status but the row's last change.
-- Params: after, limit, since, recent
select concat('order-', o.id) as return_id, coalesce(nullif(o.order_no, ''), concat(o.id, '')) as order_id, 'return' as kind,
       'received' as status, o.update_date as opened_at, o.update_date as closed_at, o.id as _key
from dtb_order o
where o.id > :after and o.order_status_id = 9
  and (:since is null or o.update_date > :since or o.order_date > :recent)
order by o.id
limit :limit
