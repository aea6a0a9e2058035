-- Effect: the newest telling of each order, from the API (GraphQL) or a webhook (REST's shape); test orders are left out.
-- Why:    both tell the same order at the same moment: the API's telling wins, it knows more.
-- Params: none
create temp table newest_order as
select distinct on (order_id) order_id, is_rest, d, _file, _line
from (
  select split_part(d ->> 'id', '/', 5) as order_id, false as is_rest, d, d ->> 'updatedAt' as updated_at, _file, _line
  from (select document::jsonb as d, _file, _line from raw_orders) r
  where d ->> 'id' like 'gid://shopify/Order/%'
  union all
  select d ->> 'id', true, d, d ->> 'updated_at', _file, _line
  from (select document::jsonb -> 'body' as d, document::jsonb ->> 'topic' as topic, _file, _line from raw_webhooks) w
  where topic like 'orders/%' and d ? 'line_items'
) told
where not coalesce((d ->> 'test')::boolean, false)
order by order_id, updated_at::timestamptz desc, is_rest, _file, _line
