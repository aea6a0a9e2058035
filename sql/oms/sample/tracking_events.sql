-- Who:    scans the carriers reported by the clock, in their own words. Real feeds' habits are in it: two scans in one
--         minute, scans out of order, scans twice, an unknown word, a number nobody printed, eta_on only sometimes.
-- Grain:  scan. Parcels older than 60 days (and the days to be walked) keep the first and the last: carriers forget the rest.
-- Params: clock, walked
with parcel as materialized (
    select *, greatest(arrive_on, case when is_kept then promised_on end) as deliver_on,
           shipped_at < (:clock)::timestamptz - (60 + :walked) * interval '1 day' as is_old,
           case when service = 'mail' and carrier <> 'sagawa' then 'posted' when is_collected then 'fetched' when is_boxed then 'boxed' else 'delivered' end as handed_over,
           case when carrier = 'japanpost' or carrier = 'yamato' and seq % 2 = 0 then 'back' else 'delivered' end as handed_back,
           city || case carrier when 'yamato' then 'センター' when 'sagawa' then '営業所' else '郵便局' end as depot,
           hub || case carrier when 'yamato' then 'ベース店' when 'sagawa' then '中継センター' else '地域区分局' end as far_hub,
           case carrier when 'yamato' then '千葉ベース店' when 'sagawa' then '千葉中継センター' else '千葉郵便局' end as near_hub,
           case carrier when 'yamato' then '習志野茜浜センター' when 'sagawa' then '習志野営業所' else '船橋郵便局' end as origin
    from base_parcels
    where shipped_at <= (:clock)::timestamptz
), step as (
    select p.seq, p.carrier, p.tracking_number, e.step_no, e.step, e.at, e.location, e.region,
           case when p.carrier = 'yamato' and e.step_no between 2 and 5 and p.seq % 5 < 3
                  or p.carrier = 'japanpost' and e.step_no = 3 and p.seq % 5 = 0 then p.deliver_on end as eta_on
    from parcel as p
    cross join lateral (values
        (1, 'accepted', p.shipped_at, origin, 'JP-12'),
        (2, 'departed', p.shipped_at, origin, 'JP-12'),
        (3, 'hub_out', p.hub_out_at, near_hub, 'JP-12'),
        (4, 'hub_in', p.hub_in_at, far_hub, p.region),
        (5, 'strange', case when p.days_late > 0 and p.seq % 5 < 2 then p.hub_in_at + interval '35 minutes' end, far_hub, p.region),
        (5, 'hub_in', p.moving_at, far_hub, p.region),
        (6, 'arrived', p.arrived_at, depot, p.region),
        (7, 'kept', case when p.is_kept then p.arrived_at + interval '4 minutes' end, depot, p.region),
        (7, 'unclear', case when p.is_unclear then p.arrived_at + interval '95 minutes' end, depot, p.region),
        (7, 'laid_out', case when p.is_collected then p.arrived_at + interval '80 minutes' end, depot, p.region),
        (8, 'out', case when p.service <> 'mail' and not p.is_collected then p.out_at end, depot, p.region),
        (9, 'absent', p.absent_at, depot, p.region),
        (10, 'rearranged', case when not p.is_refused then p.absent_at + interval '3 hours' end, depot, p.region),
        (11, 'out_again', case when not p.is_refused and p.absent_at is not null then p.delivered_at - interval '90 minutes' end, depot, p.region),
        (12, p.handed_over, p.delivered_at, depot, p.region),
        (13, 'investigated', case when p.is_refused then p.absent_at + interval '7 days' end, depot, p.region),
        (14, 'returning', case when p.is_refused then p.absent_at + interval '8 days' end, depot, p.region),
        (15, p.handed_back, case when p.is_refused then p.absent_at + interval '10 days' end, origin, 'JP-12')
    ) as e (step_no, step, at, location, region)
    where not p.is_old and e.at is not null
    union all
    select p.seq, p.carrier, p.tracking_number, e.step_no, e.step, e.at, e.location, e.region, null
    from parcel as p
    cross join lateral (values
        (1, 'accepted', p.shipped_at, origin, 'JP-12'),
        (12, p.handed_over, p.delivered_at, depot, p.region),
        (15, p.handed_back, case when p.is_refused then p.absent_at + interval '10 days' end, origin, 'JP-12')
    ) as e (step_no, step, at, location, region)
    where p.is_old and e.at is not null
), scan as (
    select s.*, w.raw_status, pg_temp.u(s.seq * 16 + s.step_no, 'scan') as chance,
           s.at + (1 + floor(25 * pg_temp.u(s.seq * 16 + s.step_no, 'recorded'))) * interval '1 minute' as recorded_at
    from step as s join base_words as w using (carrier, step)
), told as (
    select seq, step_no, 0 as copy, chance, carrier, tracking_number, raw_status, at, recorded_at, location, region, eta_on from scan
    union all
    select seq, step_no, 1, chance, carrier, tracking_number, raw_status, at, recorded_at + interval '30 minutes', location, region, eta_on
    from scan where chance < 0.02
    union all
    select 0, 0, 0, 0, 'yamato', '409999999006', '荷物受付', (:clock)::timestamptz - interval '16 hours', (:clock)::timestamptz - interval '15 hours',
           '習志野茜浜センター', 'JP-12', null
)
select carrier, tracking_number, raw_status, pg_temp.iso(at) as occurred_at, pg_temp.iso(recorded_at) as recorded_at, location, region, eta_on,
       null::text as payload
from told
where recorded_at <= (:clock)::timestamptz
order by seq, case when pg_temp.u(seq, 'shuffled') < 0.1 then chance else 0 end, step_no, copy
