-- Who:    how rare it is that a parcel still stands where it stands.
-- Grain:  order x shipment (null: not sent). share: of those scanned there at that time of the day, who stood there as long; at least
--         one more than was seen. No row where fewer than :least came there at that time.
-- Why:    who stands still where few do has been stopped, or was passed on unseen; a long wait alone says nothing where the
--         next lorry leaves a day later.
-- Params: as_of, least
create temp table staying on commit drop as
select distinct on (s.order_id, s.shipment_id) s.order_id, s.shipment_id, least(1, (coalesce(still.n, 0) + 1) / (came.n + 1)::float8) as share
from standing s
join open_order o using (order_id)
join asked a on (a.carrier, a.origin_region, a.region, a.place, a.word, a.stage) = (s.carrier, s.origin_region, s.region, s.place, s.word, s.stage)
cross join lateral (
  select silence(s.since_at, :as_of) as silent, extract(hour from cast(:as_of as timestamptz) at time zone o.zone)::integer / 3 * 3 as hour
) now
join comparable came on came.key = a.key and came.silent = 0 and came.hour = (now.hour - 6 * now.silent + 48) % 24 and came.n >= :least
left join comparable still on still.key = a.key and still.silent = now.silent and still.hour = now.hour
where s.standing = 'now'
order by s.order_id, s.shipment_id, a.rank
