-- Who:    people, who agreed to marketing with their first order (assumed: the export has no consents).
-- Grain:  person.
-- Params: none
select distinct on (c.customer_unique_id)
       c.customer_unique_id as customer_id, 'email' as channel, 'marketing' as topic, 'true' as granted,
       pg_temp.instant_of(o.order_purchase_timestamp) as at, 'mapping' as source, o._file, o._line
from raw_orders o
join raw_customers c using (customer_id)
order by c.customer_unique_id, o.order_purchase_timestamp, o._line
