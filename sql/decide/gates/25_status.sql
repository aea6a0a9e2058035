-- Stops:  customers who must not be written to. Transactional mail of an order still open may go on.
-- Reason: do_not_contact | deceased | merged. Class: all.
-- Params: as_of
update candidate c
set verdict = 'dropped', reason = case when c.status like 'merged_into:%' then 'merged' else c.status end,
    detail = jsonb_build_object('status', c.status)
where c.verdict is null and c.status is not null and c.status <> 'active'
  and not (c.class = 'T' and c.status in ('do_not_contact', 'deceased') and exists (
    select from order_progress g
    where g.order_id = c.order_id and (g.cancelled_at is null or g.cancelled_at > :as_of)
      and (g.delivered_at is null or g.delivered_at > :as_of - interval '24 hours')))
