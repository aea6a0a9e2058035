-- Effect: money that moved: successful sales, captures and refunds, in the customer's currency.
-- Why:    REST's transactions name one currency: where it is not the customer's, the amount is left to the API.
-- Params: none
create temp table moved_money as
select distinct on (transaction_id) *
from (
  select split_part(t.value ->> 'id', '/', 5) as transaction_id, o.order_id, lower(t.value ->> 'kind') as kind,
         t.value #>> '{amountSet,presentmentMoney,amount}' as amount, t.value ->> 'processedAt' as at, t.value ->> 'gateway' as gateway,
         false as is_rest, o._file, o._line
  from newest_order o cross join jsonb_array_elements(o.d -> 'transactions') t
  where not o.is_rest and t.value ->> 'status' = 'SUCCESS'
  union all
  select t.value ->> 'id', t.value ->> 'order_id', t.value ->> 'kind', t.value ->> 'amount', coalesce(t.value ->> 'processed_at', t.value ->> 'created_at'),
         t.value ->> 'gateway', true, r._file, r._line
  from (
    select refund.value as d, o._file, o._line
    from newest_order o cross join jsonb_array_elements(o.d -> 'refunds') refund where o.is_rest
    union all
    select document::jsonb -> 'body', _file, _line from raw_webhooks where document::jsonb ->> 'topic' = 'refunds/create'
  ) r
  cross join jsonb_array_elements(r.d -> 'transactions') t
  where t.value ->> 'status' = 'success'
    and coalesce(t.value #>> '{total_unsettled_set,presentment_money,currency}', t.value ->> 'currency') = t.value ->> 'currency'
    and coalesce(t.value #>> '{total_unsettled_set,shop_money,currency}', t.value ->> 'currency') = t.value ->> 'currency'
) told
where kind in ('sale', 'capture', 'refund')
order by transaction_id, is_rest, _file, _line
