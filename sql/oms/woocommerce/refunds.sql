-- Who:    money that went back.
-- Grain:  refund.
-- Params: none
select distinct on (refund_id) refund.value ->> 'id' as refund_id, r.d ->> 'order_id' as order_id, refund.value ->> 'amount' as amount,
       pg_temp.instant_of(refund.value ->> 'date_created_gmt') as at, r._file, r._line
from (select document::jsonb as d, _file, _line from raw_refunds) r
cross join jsonb_array_elements(r.d -> 'refunds') refund
where (refund.value ->> 'amount')::numeric > 0
order by refund_id, r._file, r._line
