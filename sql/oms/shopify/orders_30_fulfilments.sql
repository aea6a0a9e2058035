-- Effect: the newest telling of each fulfilment, inside an order or alone (webhook fulfillments/…). `parcels`: its tracking numbers.
-- Params: none
create temp table newest_fulfilment as
select distinct on (fulfilment_id) told.*
from (
  select split_part(f.value ->> 'id', '/', 5) as fulfilment_id, o.order_id, false as is_rest, f.value as f, f.value ->> 'status' in ('SUCCESS', 'OPEN', 'PENDING') as has_left,
         (f.value ->> 'updatedAt')::timestamptz as updated_at, f.value -> 'trackingInfo' as parcels, o._file, o._line
  from newest_order o cross join jsonb_array_elements(o.d -> 'fulfillments') f where not o.is_rest
  union all
  select f ->> 'id', f ->> 'order_id', true, f, f ->> 'status' in ('success', 'open', 'pending'), (f ->> 'updated_at')::timestamptz,
         (select jsonb_agg(jsonb_build_object('company', f -> 'tracking_company', 'number', n.value) order by n.ordinality)
          from jsonb_array_elements(f -> 'tracking_numbers') with ordinality n), _file, _line
  from (
    select f.value as f, o._file, o._line from newest_order o cross join jsonb_array_elements(o.d -> 'fulfillments') f where o.is_rest
    union all
    select document::jsonb -> 'body', _file, _line from raw_webhooks where document::jsonb ->> 'topic' like 'fulfillments/%'
  ) alone
  where f ? 'order_id'
) told
order by fulfilment_id, updated_at desc, is_rest, _file, _line
