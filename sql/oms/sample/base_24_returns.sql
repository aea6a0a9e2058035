-- Who:    returns and exchanges customers opened after delivery, and parcels the carrier brought back.
-- Grain:  order number i (one return an order).
-- Params: clock
create temp table base_returns as
with opened as (
    select g.i, case when g.is_refused then 'return' when pg_temp.u(g.i, 'exchange') < 0.2 then 'exchange' else 'return' end as kind,
           case when g.is_refused then g.shipped_at + interval '12 days'
                else g.delivered_at + (1 + 8 * pg_temp.u(g.i, 'return after')) * interval '1 day' end as opened_at
    from base_progress as g join base_orders as o using (i)
    where g.is_refused or (g.delivered = o.parcels and pg_temp.u(g.i, 'return') < 0.03)
)
select i, kind, date_trunc('minute', opened_at) as opened_at, date_trunc('minute', opened_at + (5 + 9 * pg_temp.u(i, 'return takes')) * interval '1 day') as closed_at,
       pg_temp.u(i, 'return refused') < 0.06 as is_rejected
from opened
where opened_at <= (:clock)::timestamptz
