-- Effect: refunds of the newest orders, and what they took back of each line.
-- Params: none
create temp table refunded_line as
select r.order_id, m.value ->> 'value' as line_id, sum(-(l.value ->> 'quantity')::numeric) as quantity,
       sum(-((l.value ->> 'total')::numeric + (l.value ->> 'total_tax')::numeric)) as amount
from (select distinct on (document::jsonb ->> 'order_id') document::jsonb ->> 'order_id' as order_id, document::jsonb -> 'refunds' as refunds
      from raw_refunds order by document::jsonb ->> 'order_id', _line desc) r
cross join jsonb_array_elements(r.refunds) refund
cross join jsonb_array_elements(refund.value -> 'line_items') l
cross join jsonb_array_elements(l.value -> 'meta_data') m
where m.value ->> 'key' = '_refunded_item_id'
group by r.order_id, m.value ->> 'value'
