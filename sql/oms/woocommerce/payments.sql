-- Who:    money received: WooCommerce knows one payment an order, and when.
-- Grain:  order that was paid.
-- Params: none
select order_id as payment_id, order_id, d ->> 'total' as amount, pg_temp.instant_of(d ->> 'date_paid_gmt') as at, d ->> 'payment_method' as method, _file, _line
from newest_order
where d ->> 'date_paid_gmt' is not null and (d ->> 'total')::numeric > 0
