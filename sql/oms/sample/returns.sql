-- Who:    returns and exchanges opened by the clock, as they stood at `known`.
-- Grain:  return.
-- Params: known
select 'R' || lpad(i::text, 8, '0') as return_id, 'TD' || lpad(i::text, 8, '0') as order_id, kind,
       case when closed_at <= (:known)::timestamptz
            then case when is_rejected then 'rejected' when kind = 'exchange' then 'replaced' else 'refunded' end
            when opened_at + interval '5 days' <= (:known)::timestamptz then 'received'
            when opened_at + interval '1 day' <= (:known)::timestamptz then 'approved' else 'requested' end as status,
       pg_temp.iso(opened_at) as opened_at, case when closed_at <= (:known)::timestamptz then pg_temp.iso(closed_at) end as closed_at
from base_returns
order by i
