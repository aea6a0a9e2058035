-- Who:    money that went back: cancelled after payment, a sold-out line, a returned order.
-- Grain:  refund.
-- Params: clock
with refund as (
    select 'F' || lpad(i::text, 8, '0') || 'C' as refund_id, i, m.total as amount, o.cancelled_at + interval '2 hours' as at, o.method
    from base_orders as o join base_money as m using (i)
    where o.paid_at < o.cancelled_at
    union all
    select 'F' || lpad(i::text, 8, '0') || 'L', i, o.cancelled_amount, o.paid_at + interval '20 hours', o.method
    from base_orders as o
    where o.cancelled_amount > 0 and o.cancelled_at is null and o.method <> 'cod'
    union all
    select 'F' || lpad(i::text, 8, '0') || 'R', i, m.total, r.closed_at, o.method
    from base_returns as r join base_orders as o using (i) join base_money as m using (i)
    where r.kind = 'return' and not r.is_rejected
)
select refund_id, 'TD' || lpad(i::text, 8, '0') as order_id, amount, pg_temp.iso(at) as at, method
from refund
where at <= (:clock)::timestamptz and amount > 0
order by refund_id
