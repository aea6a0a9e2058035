-- Who:    parcels under way and orders to be sent, by parcels that stood where they stand, at this time of the day.
-- Grain:  order x shipment (null: not sent). p_late: share that needed longer than to the promise; early_on and late_on hold 80 %.
-- Why:    who has been silent for longer than ever seen may have moved on unseen: only in the evening of the promised day is it
--         compared with all that stood there, however long; else with all that stood in the destination's region then, who had
--         no farther to go.
-- Params: as_of
create temp table chance on commit drop as
select s.order_id, s.shipment_id, late_share(u.days, u.parcels, o.promised_on - o.today) as p_late, u.n, u.level,
       o.today + days_of_share(u.days, u.parcels, 0.1) as early_on, o.today + days_of_share(u.days, u.parcels, 0.9) as late_on
from standing s
join open_order o using (order_id)
cross join lateral (select extract(hour from cast(:as_of as timestamptz) at time zone o.zone)::integer / 3 * 3 as hour) now
cross join lateral (
  select * from (
    select 1 as choice, u.* from outlook u
    where (u.carrier, u.origin_region, u.region, u.place, u.word, u.stage) = (s.carrier, s.origin_region, s.region, s.place, s.word, s.stage)
      and u.hour = now.hour and u.silent = silence(s.since_at, :as_of)
    union all
    select 2, u.* from outlook u
    where (u.carrier, u.origin_region, u.region, u.place, u.word, u.stage) = (s.carrier, s.origin_region, s.region, s.place, s.word, s.stage)
      and u.hour = now.hour and u.silent is null and now.hour >= 18 and o.promised_on <= o.today
    union all
    select 3, u.* from outlook u
    where (u.carrier, u.origin_region, u.region, u.place, u.word, u.stage) = (s.carrier, s.origin_region, s.region, s.region, '-', 'near')
      and u.hour = now.hour and u.silent is null and now.hour >= 18 and o.promised_on <= o.today and s.stage <> 'round'
  ) known
  order by choice limit 1
) u
where s.standing = 'now'
