-- Effect: what each fulfilment holds, where it is known.
-- Why:    a bulk operation cannot tell it (no connection inside a list): the only fulfilment of a fulfilled order holds everything,
--         others were asked about apart (raw_fulfilments).
-- Params: none
create temp table fulfilment_line as
with apart as (
  select distinct on (1) split_part(d ->> 'id', '/', 5) as fulfilment_id, d #> '{fulfillmentLineItems,nodes}' as lines
  from (select document::jsonb as d from raw_fulfilments) r
), told as (
  select f.fulfilment_id, f.order_id, f.is_rest, f._file, f._line,
         coalesce(case when f.is_rest then f.f -> 'line_items' else f.f #> '{fulfillmentLineItems,nodes}' end, a.lines) as lines
  from newest_fulfilment f left join apart a using (fulfilment_id) where f.has_left
)
select t.fulfilment_id, case when t.is_rest then l.value ->> 'id' else split_part(l.value #>> '{lineItem,id}', '/', 5) end as line_id,
       sum((l.value ->> 'quantity')::bigint) as quantity, t._file, t._line
from told t cross join jsonb_array_elements(t.lines) l
where t.lines is not null
group by 1, 2, 4, 5
union all
select t.fulfilment_id, n.line_id, n.left_over, t._file, t._line
from told t
join newest_order o using (order_id)
join newest_line n using (order_id)
where t.lines is null and o.d ->> 'displayFulfillmentStatus' = 'FULFILLED' and n.left_over > 0
  and not exists (select from told other where other.order_id = t.order_id and other.fulfilment_id <> t.fulfilment_id)
