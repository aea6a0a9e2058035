-- Who:    open orders whose parcel, or what is still to be sent, must cross a place under a warning or worse, or under what
--         its carrier itself announced, and that will be late for it.
-- Grain:  order x cause: of several warnings the one that ends last speaks; of several places under it the one that keeps it longest.
-- Why:    a parcel that left its origin is past what happens there; where it was scanned last it still is. What is not certain
--         (create_under_hazard) counts once the parcel has not moved for long enough (create_way).
--         Where comparable parcels are known (outlook), a parcel is late by their days from the hazard's end on, which may come six
--         hours early or late: with the chance :halting that a warning stops it at all (half way to certain: the carrier's own word; an
--         emergency is; half of it where it is not certain that the warning is for that place), and from where it stands now otherwise.
--         The rarer it is that a parcel still stands there (staying), the surer it is stopped. An end nobody tells is at least as far
--         ahead as three hours, or half of what the warning has lasted.
--         Where none are known, a day promised well after the warning's end is not in danger: later than the day after it, or than
--         three days from now where no end is told.
--         New days: the hazard's end, what a tenth to nine tenths of comparable parcels need, and a day; unknown: the first day
--         after it ends, and two more; none without an end.
-- Params: as_of, sure_standing, halting
insert into found_delay
with crossing as (
  select w.order_id, w.shipment_id, w.region, w.standing, t.hazard_id, t.cause, t.until_at, t.is_certain,
         greatest(t.from_at, w.starts_at, case when not t.is_certain then w.doubted_at end) as since_at,
         release_of(t.from_at, t.until_at, :as_of) as released_at
  from way w
  join threat t on t.place = coalesce(w.region, '') || '/' || coalesce(w.postal_code, '')
               and (t.carrier is null or t.carrier = w.carrier)
  where t.is_certain or w.doubted_at <= :as_of
), compared as (
  select c.*, o.promised_on, o.zone, o.today, o.preorder_ends_at, h.kind, h.severity, h.headline_ja, h.headline_en,
         (c.until_at at time zone o.zone)::date as ends_on, exists (select from outlook) as is_known,
         coalesce(now.p_late, 0) as p_free, stopped.p_late as p_stopped, later.days, later.parcels,
         case when h.severity = 'emergency' then 1 when c.cause = 'carrier_notice' then (1 + cast(:halting as float8)) / 2 else cast(:halting as float8) end
         * case when c.is_certain then 1 else 0.5 end as p_stop,
         coalesce(f.share, 1) as share
  from crossing c
  join hazard h using (hazard_id)
  join open_order o using (order_id)
  left join chance now on now.order_id = c.order_id and now.shipment_id is not distinct from c.shipment_id
  left join staying f on f.order_id = c.order_id and f.shipment_id is not distinct from c.shipment_id
  left join standing s on s.order_id = c.order_id and s.shipment_id is not distinct from c.shipment_id and s.standing = 'now'
  left join standing r on r.order_id = c.order_id and r.shipment_id is not distinct from c.shipment_id
       and r.standing = case when c.shipment_id is null or s.stage = 'round' then 'now' else c.standing end
  left join outlook later on (later.carrier, later.origin_region, later.region, later.place, later.word, later.stage)
                             = (r.carrier, r.origin_region, r.region, r.place, r.word, r.stage)
       and later.silent is null and later.hour = extract(hour from c.released_at at time zone o.zone)::integer / 3 * 3
  left join lateral (
    select avg(case when u.days is null or c.shipment_id is null and c.standing = 'near' then ((at + interval '15 hours')::date > o.promised_on)::integer
                    else late_share(u.days, u.parcels, o.promised_on - at::date) end) as p_late
    from generate_series(c.released_at - interval '6 hours', c.released_at + interval '6 hours', interval '6 hours') released_at
    cross join lateral (select released_at at time zone o.zone as at) local
    left join outlook u on (u.carrier, u.origin_region, u.region, u.place, u.word, u.stage)
                           = (r.carrier, r.origin_region, r.region, r.place, r.word, r.stage)
         and u.silent is null and u.hour = extract(hour from at)::integer / 3 * 3
  ) stopped on true
), believed as (
  select *, p_stop / (p_stop + (1 - p_stop) * share) as p_halt from compared
), judged as (
  select *, ends_on + 1 as clear_on,
         case when is_known then p_halt * greatest(p_free, p_stopped) + (1 - p_halt) * p_free end as p_late
  from believed
), endangered as (
  select *
  from judged
  where (promised_on is null
         or case when p_late is not null then p_late >= :sure_standing else promised_on <= coalesce(clear_on, today + 3) end)
    and (shipment_id is not null or preorder_ends_at is null or preorder_ends_at <= coalesce(until_at, :as_of))
), dated as (
  select e.*, min(coalesce(d.first_seen_at, case when p_late is null then since_at else :as_of end)) over (partition by order_id, cause) as first_seen_at,
         coalesce(ends_on + days_of_share(days, parcels, 0.1), clear_on) as from_on,
         coalesce(ends_on + days_of_share(days, parcels, 0.9) + 1, clear_on + 2) as until_on
  from endangered e
  left join (select order_id, cause, first_seen_at from delay where lifted_at is null) d using (order_id, cause)
)
select distinct on (order_id, cause)
       order_id, cause, shipment_id, region,
       jsonb_build_object('hazard_id', hazard_id, 'kind', kind, 'severity', severity, 'until_at', until_at, 'certain', is_certain,
                          'headline_ja', headline_ja, 'headline_en', headline_en, 'promised_on', promised_on),
       first_seen_at, case when until_at is not null then greatest(promised_on, from_on) end,
       case when until_at is not null then greatest(promised_on + case when p_late is null then 2 else 1 end, until_on) end
from dated
order by order_id, cause, until_at desc nulls first, severity = 'emergency' desc, is_certain desc, hazard_id, shipment_id, until_on desc, from_on desc, region, standing
