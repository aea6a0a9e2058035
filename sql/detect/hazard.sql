-- Who:    open orders whose parcel, or what is still to be sent, must cross a place under a warning or worse, or under what
--         its carrier itself announced.
-- Grain:  order x cause: of several warnings the one that ends last speaks.
-- Why:    a parcel that left its origin is past what happens there; where it was scanned last it still is. A day promised
--         well after the warning's end is not in danger: later than the day after it, or than three days from now where no
--         end is told. New days: the first day after it ends, and two more; none without an end. What is not certain
--         (create_under_hazard) counts once the parcel has not moved for long enough (create_way).
-- Params: as_of
insert into found_delay
with crossing as (
  select w.order_id, w.shipment_id, w.region, t.hazard_id, t.cause, t.until_at, t.is_certain,
         greatest(t.from_at, w.starts_at, case when not t.is_certain then w.doubted_at end) as since_at
  from way w
  join threat t on t.place = coalesce(w.region, '') || '/' || coalesce(w.postal_code, '')
               and (t.carrier is null or t.carrier = w.carrier)
  where t.is_certain or w.doubted_at <= :as_of
), endangered as (
  select c.order_id, c.shipment_id, c.hazard_id, c.region, c.is_certain, c.until_at, o.promised_on,
         c.cause, (c.until_at at time zone o.zone)::date + 1 as clear_on, h.kind, h.severity, h.headline_ja, h.headline_en,
         c.since_at
  from crossing c
  join hazard h using (hazard_id)
  join open_order o using (order_id)
  where (o.promised_on is null or o.promised_on <= coalesce((c.until_at at time zone o.zone)::date + 1, o.today + 3))
    and (c.shipment_id is not null or o.preorder_ends_at is null or o.preorder_ends_at <= coalesce(c.until_at, :as_of))
), dated as (
  select *, min(since_at) over (partition by order_id, cause) as first_seen_at from endangered
)
select distinct on (order_id, cause)
       order_id, cause, shipment_id, region,
       jsonb_build_object('hazard_id', hazard_id, 'kind', kind, 'severity', severity, 'until_at', until_at, 'certain', is_certain,
                          'headline_ja', headline_ja, 'headline_en', headline_en, 'promised_on', promised_on),
       first_seen_at, case when until_at is not null then greatest(promised_on, clear_on) end,
       case when until_at is not null then greatest(promised_on, clear_on) + 2 end
from dated
order by order_id, cause, until_at desc nulls first, severity = 'emergency' desc, is_certain desc, hazard_id, shipment_id
