-- Who:    returns and exchanges with their state at the clock.
-- Grain:  return.
-- Params: clock
select 'R' || lpad(i::text, 8, '0') as return_id, 'TD' || lpad(i::text, 8, '0') as order_id, kind,
       case when closed_at <= (:clock)::timestamptz
            then case when is_rejected then 'rejected' when kind = 'exchange' then 'replaced' else 'refunded' end
            when opened_at + interval '5 days' <= (:clock)::timestamptz then 'received'
            when opened_at + interval '1 day' <= (:clock)::timestamptz then 'approved' else 'requested' end as status,
       pg_temp.iso(opened_at) as opened_at, case when closed_at <= (:clock)::timestamptz then pg_temp.iso(closed_at) end as closed_at
from base_returns
order by i
