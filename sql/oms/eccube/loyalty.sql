-- Who:    members with points. EC-CUBE has no tiers.
-- Grain:  member.
-- Key:    dtb_customer.id
-- Params: after, limit, since, recent
select c.id as customer_id, c.point as points, c.create_date as joined_at, c.id as _key
from dtb_customer c
where c.id > :after and c.customer_status_id = 2
  and (:since is null or c.update_date > :since or c.create_date > :recent)
order by c.id
limit :limit
