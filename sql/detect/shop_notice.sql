-- Who:    open orders that operations wrote to about a delay (todoke notice), until the plan is lifted or its days are over.
-- Grain:  order: of several plans the one approved last speaks.
-- Why:    once its last day has passed the notice explains nothing any more; whatever else is true of the order speaks again.
-- Params: as_of
insert into found_delay
select distinct on (o.order_id)
       o.order_id, 'shop_notice', null, o.region,
       jsonb_build_object('plan_id', n.plan_id, 'reason', n.request ->> 'reason'),
       n.decided_as_of, cast(n.request ->> 'new_from_on' as date), cast(n.request ->> 'new_until_on' as date)
from notice n
join notice_member m using (plan_id)
join open_order o using (order_id)
where n.kind = 'delay' and n.state = 'approved' and n.decided_as_of <= :as_of
  and (n.request ->> 'new_until_on' is null or cast(n.request ->> 'new_until_on' as date) >= o.today)
order by o.order_id, n.decided_as_of desc, n.plan_id
