-- Who:    reviews of the late orders that happened by then and came later.
-- Grain:  fact.
-- Params: load_id, newest, as_of
select e.* from reviews_ever e
where e.load_id > :load_id and e.load_id <= :newest and e.at <= :as_of
  and e.order_id in (select order_id from late_order)
