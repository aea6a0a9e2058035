-- Who:    parcels under way and orders to be sent, by parcels that stood where they stand, at this time of the day.
-- Grain:  order x shipment (null: not sent). p_late: share that needed longer than to the promise; share: as of outlook; early_on and late_on hold 80 %.
-- Why:    who has been silent for longer than ever seen may have moved on unseen: only in the evening of the promised day is it
--         compared with all that stood there, however long.
-- Params: as_of
create temp table chance on commit drop as
select s.order_id, s.shipment_id, late_share(u.days, u.parcels, o.promised_on - o.today) as p_late, u.n, u.level, u.share,
       o.today + days_of_share(u.days, u.parcels, 0.1) as early_on, o.today + days_of_share(u.days, u.parcels, 0.9) as late_on
from standing s
join open_order o using (order_id)
cross join lateral (
  select * from outlook u
  where (u.carrier, u.origin_region, u.region, u.place, u.word, u.stage) = (s.carrier, s.origin_region, s.region, s.place, s.word, s.stage)
    and (u.silent = silence(s.since_at, :as_of) or u.silent is null and u.hour >= 18 and o.promised_on <= o.today)
    and u.hour = extract(hour from cast(:as_of as timestamptz) at time zone o.zone)::integer / 3 * 3
  order by u.silent is null limit 1
) u
where s.standing = 'now'
