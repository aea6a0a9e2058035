-- Who:    people. customer_id of the export is one per order; the person is customer_unique_id.
-- Grain:  person, with the address of the newest order.
-- Why:    no e-mail in the export: {person}@olist.invalid. Postal codes lost their leading zeros.
-- Params: none
select distinct on (c.customer_unique_id)
       c.customer_unique_id as customer_id, c.customer_unique_id || '@olist.invalid' as email,
       'pt-BR' as locale, 'America/Sao_Paulo' as timezone,
       pg_temp.instant_of(min(o.order_purchase_timestamp) over (partition by c.customer_unique_id)) as registered_at,
       lpad(c.customer_zip_code_prefix, 5, '0') as postal_code, 'BR-' || c.customer_state as region, 'active' as status,
       c._file, c._line
from raw_customers c
left join raw_orders o using (customer_id)
order by c.customer_unique_id, o.order_purchase_timestamp desc nulls last, c._line
