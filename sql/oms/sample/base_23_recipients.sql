-- Who:    people gifts go to.
-- Grain:  (i, recipient_no); the first one is the order's ship-to.
-- Params: none
create temp table base_recipients as
select o.i, r as recipient_no, f.kanji || ' ' || g.kanji as name, h.postal_code, h.region,
       h.prefecture || h.city || h.district || (1 + o.i % 4) || '-' || (1 + o.i % 23) || '-' || (1 + o.i % 11) as address
from base_orders as o
cross join lateral generate_series(1, o.recipients) as r
cross join (select count(*) as slots from base_places) as n
join base_places as h on h.slot = floor(n.slots * pg_temp.u(o.i * 4 + r, 'recipient place'))::bigint
join base_families as f on f.n = floor(60 * pg_temp.u(o.i * 4 + r, 'family'))::int
join base_givens as g on g.n = floor(60 * pg_temp.u(o.i * 4 + r, 'given'))::int
