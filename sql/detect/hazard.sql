-- Who:    open orders whose parcel, or what is still to be sent, must cross a region under a warning or worse.
-- Grain:  order: of several warnings the one that ends last speaks.
-- Why:    a parcel that left its origin is past what happens there. A day promised well after the warning's end is not in
--         danger: later than the day after it, or than three days from now where no end is told. New days: the first day
--         after it ends, and two more; none without an end.
-- Params: as_of
insert into found_delay
with active as (
  select *
  from hazard
  where severity in ('warning', 'emergency') and from_at <= :as_of and (until_at is null or until_at > :as_of)
), crossing as (
  select o.order_id, p.shipment_id, h.hazard_id, greatest(h.from_at, p.shipped_at) as since_at
  from open_parcel p
  join open_order o using (order_id)
  join active h on h.region = p.region or h.region = p.origin_region and coalesce(p.last_region, p.origin_region) = p.origin_region
  union all
  select o.order_id, null, h.hazard_id, greatest(h.from_at, o.placed_at)
  from open_order o
  join active h on h.region in (o.region, o.origin_region)
  where o.is_unshipped
    and (o.preorder_ends_at is null or o.preorder_ends_at <= coalesce(h.until_at, :as_of))
), endangered as (
  select c.*, o.promised_on, (h.until_at at time zone o.zone)::date + 1 as clear_on, min(c.since_at) over (partition by c.order_id) as first_seen_at,
         h.kind, h.severity, h.region, h.until_at, h.headline_ja, h.headline_en
  from crossing c
  join active h using (hazard_id)
  join open_order o using (order_id)
  where o.promised_on is null or o.promised_on <= coalesce((h.until_at at time zone o.zone)::date + 1, o.today + 3)
)
select distinct on (order_id)
       order_id, 'hazard', shipment_id, region,
       jsonb_build_object('hazard_id', hazard_id, 'kind', kind, 'severity', severity, 'until_at', until_at,
                          'headline_ja', headline_ja, 'headline_en', headline_en, 'promised_on', promised_on),
       first_seen_at, case when until_at is not null then greatest(promised_on, clear_on) end,
       case when until_at is not null then greatest(promised_on, clear_on) + 2 end
from endangered
order by order_id, until_at desc nulls first, severity = 'emergency' desc, hazard_id, shipment_id
