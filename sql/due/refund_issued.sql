-- Who:    buyers whose money goes back.
-- Grain:  refund.   Anchor: refunds.at.
-- Why:    a refund that order_cancelled or order_amended knew already is told there. Of an order in part cancelled and in part sent
--         back nobody says which a refund is for: a return that was open by then goes first.
-- Params: as_of, since, until, touched, customer_id
select x.refund_id as subject_id, f.customer_id, f.order_id,
       x.at as due_at, x.at + interval '48 hours' as valid_until,
       case when f.cancelled_at <= x.at then 'cancelled'
            when exists (select from returns r where r.order_id = f.order_id and r.status <> 'rejected' and r.opened_at <= x.at) then 'returned'
            when exists (select from order_lines l where l.order_id = f.order_id and l.cancelled_quantity > 0) then 'reduced'
            else 'other' end as variant,
       json_build_object(
         'money_went_back', x.amount > 0,
         'not_point_of_sale', f.sales_channel is distinct from 'pos',
         'not_told_before', not exists (
           select from message m
           where m.order_id = f.order_id and m.touchpoint in ('order_cancelled', 'order_amended')
             and m.state not in ('expired', 'cancelled', 'rejected')
             and m.planned_at between x.at and :as_of and m.planned_load >= x.load_id)) as checks,
       jsonb_build_object(
         'order_id', f.order_id, 'order_number', f.order_number, 'placed_at', f.placed_at, 'refunded_at', x.at, 'amount', x.amount,
         'currency', f.money ->> 'currency', 'method', coalesce(x.method, f.payment_method),
         'total', f.money -> 'total') as context
from refunds x
join order_facts f using (order_id)
where ((x.at > :since and x.at <= :until) or (x.order_id = any(:touched) and x.at <= :until))
  and (:customer_id is null or f.customer_id = :customer_id)
