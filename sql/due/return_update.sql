-- Who:    buyers who send something back or exchange it, at each step once.
-- Grain:  return x state.   Anchor: return_state.at.
-- Why:    only where it stands now is worth a message: who was approved while we looked away is not told of the request. A refund
--         tells its amount and arrival itself (refund_issued). What the carrier brought back nobody asked to return.
-- Params: as_of, since, until, touched, customer_id
select s.return_id || '@' || s.state as subject_id, f.customer_id, f.order_id,
       s.at as due_at, s.at + interval '48 hours' as valid_until, s.state as variant,
       json_build_object(
         'still_there', r.status = s.state,
         'not_told_with_the_refund', s.state <> 'refunded' or not exists (
           select from refunds x where x.order_id = s.order_id and x.amount > 0 and x.at >= r.opened_at and x.at <= :as_of),
         'not_brought_back', s.state in ('refunded', 'replaced', 'rejected')
           or not exists (select from parcel p where p.order_id = s.order_id and p.returned_at <= r.opened_at)
           or exists (select from parcel p where p.order_id = s.order_id and p.delivered_at <= r.opened_at)) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'kind', coalesce(r.kind, 'return'), 'opened_at', r.opened_at,
         'label_url', r.label_url, 'items', f.items) as context
from return_state s
join returns r using (return_id)
join order_facts f on f.order_id = s.order_id
where ((s.at > :since and s.at <= :until) or (s.order_id = any(:touched) and s.at <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
