-- Who:    what the shop knows about each order's parcels at the clock.
-- Grain:  order number i with at least one printed label.
-- Params: clock
create temp table base_progress as
select i, count(*) filter (where shipped_at <= (:clock)::timestamptz) as shipped,
       max(shipped_at) filter (where shipped_at <= (:clock)::timestamptz) as shipped_at,
       count(*) filter (where delivered_at <= (:clock)::timestamptz) as delivered,
       max(delivered_at) filter (where delivered_at <= (:clock)::timestamptz) as delivered_at,
       bool_or(is_refused) as is_refused
from base_parcels
group by i
