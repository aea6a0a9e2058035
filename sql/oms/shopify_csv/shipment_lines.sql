-- Who:    line items that were fulfilled and are things.
-- Grain:  order x line item.
-- Params: none
select shipment_id, line_no, quantity, _file, _line
from (
  select ltrim(pg_temp.plain_of(name), '#') || '-1' as shipment_id, row_number() over (partition by name order by _line)::text as line_no,
         pg_temp.count_of(quantity) as quantity, bool_or(fulfilled_at is not null) over (partition by name) as has_left,
         line_status, requires_shipping, _file, _line
  from raw_orders where product_name is not null
) line
where has_left and line_status = 'fulfilled' and coalesce(pg_temp.flag_of(requires_shipping), 'true') = 'true'
order by _line
