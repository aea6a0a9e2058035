-- Who:    what became, and will become, of each parcel.
-- Grain:  (i, ship_no) of orders that are not cancelled; seq is unique. Instants may lie after the clock.
-- Params: seed, clock
-- Why:    what came late moves on in the afternoon before it comes.
--         In the typhoon nothing moves at the destination from storm_from on: every later instant there is null. Storms of the
--         summer (base_storms) are over: their parcels came when they were.
--         One address in fifty is unclear: the carrier asks, and brings it a day later. Three in a hundred are collected.
--         On the clock's day they are more, so that the demo has some.
--         11 digits that no two parcels share (multiplication modulo a prime), then the check digit: modulo 7.
create temp table base_parcels as
with parcel as (
    select o.i, s as ship_no, o.i * 4 + s as seq, o.person, o.requested_on, o.requested_slot, o.promised_on,
           case when o.recipients > 1 then s when o.recipients = 1 then 1 end as recipient_no,
           case when o.recipients > 1 and s > 1 then floor(n.slots * pg_temp.u(o.i * 4 + s, 'recipient place'))::bigint
                else o.place end as place,
           case when s > 1 and o.recipients < 2 then o.ship_on + 1 + floor(2.5 * power(pg_temp.u(o.i, 'restock'), 2))::int else o.ship_on end as ship_on,
           case when s > 1 and o.recipients < 2 then o.shipped_at + (1 + floor(2.5 * power(pg_temp.u(o.i, 'restock'), 2))) * interval '1 day'
                else o.shipped_at + (s - 1) * interval '4 minutes' end as shipped_at,
           case when o.cool then 'cool' when o.mail then 'mail' else 'normal' end as service
    from base_orders as o
    cross join (select count(*) as slots from base_places) as n
    cross join lateral generate_series(1, o.parcels) as s
    where o.cancelled_at is null and o.shipped_at is not null
), routed as (
    select p.*, h.region, h.city, h.hub, h.prefecture, h.transit_days, h.storm_from,
           case when service = 'cool' then 'yamato' when pg_temp.u(seq, 'carrier') < 0.55 then 'yamato'
                when pg_temp.u(seq, 'carrier') < 0.8 and service <> 'mail' then 'sagawa' else 'japanpost' end as carrier,
           greatest(case when pg_temp.u(seq, 'carrier late') < 0.03 then 1 + floor(3 * pg_temp.u(seq, 'days late'))::int else 0 end, w.clear_on - greatest(p.ship_on + h.transit_days, p.requested_on)) as days_late,
           service <> 'mail' and pg_temp.u(seq, 'absent') < case when p.requested_on is null then 0.08 else 0.03 end as is_absent,
           service = 'normal' and pg_temp.u(seq, 'refused') < 0.004 as is_refused,
           service = 'normal' and p.requested_on is null and pg_temp.u(seq, 'unclear') < case when t.is_today then 0.08 else 0.02 end as is_unclear,
           service = 'normal' and p.requested_on is null and pg_temp.u(seq, 'collected') < case when t.is_today then 0.12 else 0.03 end as is_to_collect,
           p.ship_on + h.transit_days as arrive_on
    from parcel as p join base_places as h on h.slot = p.place
    left join base_storms as w on w.region = h.region and greatest(p.ship_on + h.transit_days, p.requested_on) between w.first_on and w.clear_on - 1
    cross join lateral (select p.ship_on + h.transit_days = (:clock)::timestamptz::date as is_today offset 0) as t
), dated as (
    select *, greatest(arrive_on, requested_on) + days_late + is_unclear::int as deliver_on,
           is_to_collect and not (is_absent or is_refused or is_unclear) as is_collected,
           coalesce(arrive_on < requested_on and days_late = 0, false) as is_kept,
           case requested_slot when '午前中' then 9.5 when '14-16' then 14 when '16-18' then 16 when '18-20' then 18
                when '19-21' then 19 else 9.5 + 8 * pg_temp.u(seq, 'hour') end
           + case when requested_slot is null then 0 else 1.9 * pg_temp.u(seq, 'hour') end as deliver_hour
    from routed
), timed as (
    select *,
           date_trunc('minute', ship_on + interval '20 hours 40 minutes' + 110 * pg_temp.u(seq, 'hub out') * interval '1 minute')::timestamptz as hub_out_at,
           date_trunc('minute', case when transit_days = 1 then arrive_on + interval '1 hour' else arrive_on - interval '5 hours' end
                      + 170 * pg_temp.u(seq, 'hub in') * interval '1 minute')::timestamptz as hub_in_at,
           date_trunc('minute', deliver_on - is_unclear::int - interval '10 hours' + 120 * pg_temp.u(seq, 'moves on') * interval '1 minute')::timestamptz as moving_at,
           date_trunc('minute', (case when is_kept then arrive_on else deliver_on - is_unclear::int end) + interval '6 hours'
                      + 80 * pg_temp.u(seq, 'arrived') * interval '1 minute')::timestamptz as arrived_at,
           date_trunc('minute', deliver_on + interval '8 hours' + 70 * pg_temp.u(seq, 'out') * interval '1 minute')::timestamptz as out_at,
           date_trunc('minute', deliver_on + deliver_hour * interval '1 hour')::timestamptz as tried_at,
           date_trunc('minute', deliver_on + interval '1 day 18 hours' + 115 * pg_temp.u(seq, 'again') * interval '1 minute')::timestamptz as again_at
    from dated
)
select i, ship_no, seq, person, recipient_no, carrier, service, ship_on, shipped_at, promised_on, place, region, city, hub,
       storm_from, transit_days, arrive_on, days_late, is_kept, is_absent, is_refused,
       is_unclear, is_collected, service <> 'mail' and not is_absent and not is_collected and pg_temp.u(seq, 'box') < 0.15 as is_boxed,
       hub_out_at,
       case when hub_in_at < coalesce(storm_from, 'infinity') then hub_in_at end as hub_in_at,
       case when days_late > 0 and moving_at < coalesce(storm_from, 'infinity') then moving_at end as moving_at,
       case when arrived_at < coalesce(storm_from, 'infinity') then arrived_at end as arrived_at,
       case when out_at < coalesce(storm_from, 'infinity') then out_at end as out_at,
       case when (is_absent or is_refused) and tried_at < coalesce(storm_from, 'infinity') then tried_at end as absent_at,
       case when is_refused then null
            when is_collected and again_at - interval '1 day' < coalesce(storm_from, 'infinity') then again_at - interval '1 day'
            when is_absent and again_at < coalesce(storm_from, 'infinity') then again_at
            when not is_absent and not is_collected and tried_at < coalesce(storm_from, 'infinity') then tried_at end as delivered_at,
       n.digits || (n.digits::bigint % 7)::text as tracking_number
from timed
cross join lateral (
    select case carrier when 'yamato' then '40' when 'sagawa' then '50' else '60' end
           || lpad(((seq * 48271 + :seed * 7919) % 999999937)::text, 9, '0') as digits
) as n
