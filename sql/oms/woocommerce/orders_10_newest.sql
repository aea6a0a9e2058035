-- Effect: the newest telling of each order, and what its status means: open, shipped, cancelled, returned. What is none yet (draft:
--         an unfinished checkout, an unpaid one) is left out.
-- Why:    words of plugins stand here and in TODOKE_WOOCOMMERCE_STATUSES (raw_statuses); a word nobody knows is an open order.
-- Params: none
create temp table newest_order as
with word (status, means) as (
  values ('pending', 'draft'), ('checkout-draft', 'draft'), ('auto-draft', 'draft'), ('processing', 'open'), ('on-hold', 'open'),
         ('completed', 'shipped'), ('cancelled', 'cancelled'), ('failed', 'cancelled'), ('trash', 'cancelled'), ('refunded', 'returned'),
         ('shipped', 'shipped'), ('delivered', 'shipped'), ('partial-shipped', 'open'), ('awaiting-shipment', 'open'),
         ('awaiting-pickup', 'open')
), told as (
  select distinct on (order_id) order_id, d, _file, _line
  from (select document::jsonb ->> 'id' as order_id, document::jsonb as d, _file, _line from raw_orders) r
  order by order_id, d ->> 'date_modified_gmt' desc, _file, _line
), own as (
  select document::jsonb ->> 'status' as status, document::jsonb ->> 'means' as means from raw_statuses
)
select t.order_id, t.d, coalesce(own.means, word.means) is not null as is_known,
       case when coalesce(own.means, word.means) = 'returned' and t.d ->> 'date_completed_gmt' is null then 'cancelled'
            else coalesce(own.means, word.means, 'open') end as means,
       scale((t.d ->> 'total')::numeric) as digits, t._file, t._line
from told t
left join own on own.status = t.d ->> 'status'
left join word on word.status = t.d ->> 'status'
where coalesce(own.means, word.means) is distinct from 'draft'
