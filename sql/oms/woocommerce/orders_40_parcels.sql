-- Effect: parcels: the tracking numbers of the plugin Shipment Tracking (and those that write like it); else one of a shipped order.
-- Grain:  order x place in the plugin's list. The first is the same parcel before and after it gets its number.
-- Why:    the plugin knows the day alone: where the order was completed that day, it left then.
-- Params: none
create temp table newest_parcel as
with listed as (
  select o.*, coalesce(case jsonb_typeof(i.items) when 'array' then i.items
                                                  when 'object' then (select jsonb_agg(e.value) from jsonb_each(i.items) e) end, '[]') as items
  from newest_order o cross join lateral (select pg_temp.meta_of(o.d -> 'meta_data', '_wc_shipment_tracking_items') as items) i
)
select l.order_id, p.place, p.value as parcel, jsonb_array_length(l.items) as parcels,
       coalesce(case when p.value ->> 'date_shipped' ~ '^\d{9,11}$' then to_timestamp((p.value ->> 'date_shipped')::bigint) end, c.completed_at) as day_at,
       c.completed_at, l._file, l._line
from listed l
cross join lateral (select (l.d ->> 'date_completed_gmt')::timestamp at time zone 'UTC' as completed_at) c
cross join lateral jsonb_array_elements(case when jsonb_array_length(l.items) = 0 and l.means in ('shipped', 'returned') then '[{}]' else l.items end)
  with ordinality p (value, place)
