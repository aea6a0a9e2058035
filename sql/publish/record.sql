-- Effect: what lies in the store now, order by order.
-- Params: order_ids, digests, calendars, ends, ended
insert into tracking_page as t (order_id, digest, has_calendar, ends_at, ended)
select *, cast(:ended as boolean)
from unnest(cast(:order_ids as text[]), cast(:digests as text[]), cast(:calendars as boolean[]), cast(:ends as timestamptz[]))
on conflict (order_id) do update
set digest = excluded.digest, has_calendar = excluded.has_calendar, ends_at = excluded.ends_at, ended = excluded.ended
where (t.digest, t.has_calendar, t.ends_at, t.ended) is distinct from (excluded.digest, excluded.has_calendar, excluded.ends_at, excluded.ended)
