-- Grain: order (x parcel) x kind x version. Which day of arrival was said by whom and since when, never one instead of the other:
-- promised (order system), requested (customer), eta (carrier), predicted (lanes), told (what the customer was last told; none:
-- a new day is to follow) and actual. A version that says the same as the one before is none.
create function date_versions(most_load bigint) returns table (
  order_id text, shipment_id text, kind text, from_load bigint, said_at timestamptz, from_on date, until_on date, source text
) language sql stable as $$
  with said as (
    select o.order_id, null::text as shipment_id, 'promised' as kind, o.from_load, null::timestamptz as said_at, o.promised_on as from_on,
           o.promised_on as until_on, o.source
    from {ns}_rec.orders o
    union all
    select o.order_id, null, 'requested', o.from_load, null, o.requested_on, o.requested_on, o.source from {ns}_rec.orders o
    union all
    select s.order_id, s.shipment_id, 'promised', s.from_load, null, s.promised_on, s.promised_on, s.carrier from {ns}_rec.shipments s
    union all
    select s.order_id, s.shipment_id, 'eta', e.load_id, e.occurred_at, e.eta_on, e.eta_on, e.carrier
    from {ns}.shipments s
    join {ns}.tracking_events e using (carrier, tracking_number)
    where e.eta_on is not null
    union all
    select s.order_id, s.shipment_id, 'predicted', p.from_load, null, p.early_on, p.late_on, p.level
    from {ns}.shipments s join {ns}_rec.prediction p using (shipment_id)
    union all
    select t.order_id, null, 'told', t.from_load, t.told_at, t.from_on, t.until_on, t.cause from {ns}_rec.told t
    union all
    select g.order_id, null, 'actual', g.from_load, g.delivered_at, (g.delivered_at at time zone g.zone)::date, (g.delivered_at at time zone g.zone)::date, null
    from {ns}_rec.order_progress g
  ), dated as (
    select s.order_id, s.shipment_id, s.kind, s.from_load, coalesce(s.said_at, l.as_of) as said_at, s.from_on, s.until_on, s.source
    from said s left join {ns}.load l on l.load_id = s.from_load
    where s.from_load <= most_load
  ), followed as (
    select *, lag(row(from_on, until_on)) over story as before, row_number() over story as nth
    from dated
    window story as (partition by order_id, shipment_id, kind order by said_at, from_load, until_on)
  )
  select order_id, shipment_id, kind, from_load, said_at, from_on, until_on, source
  from followed
  where row(from_on, until_on) is distinct from before and (nth > 1 or until_on is not null or kind = 'told')
$$;
create view date_version as select * from date_versions(9223372036854775807);
create view {ns}_asof.date_version as select * from {ns}.date_versions({ns}.as_of_load());
