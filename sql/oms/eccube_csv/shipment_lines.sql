-- Who:    what those parcels hold.
-- Grain:  出荷 x item.
-- Params: none
select 's' || pg_temp.plain_of(shipping_id) as shipment_id, pg_temp.plain_of(item_id) as line_no, pg_temp.count_of(quantity) as quantity,
       _file, _line
from (select *, bool_or(shipped_at is not null or tracking_number is not null) over (partition by id, shipping_id) as has_left from raw_orders) o
where shipping_id is not null and item_kind in ('1', '商品') and has_left
order by _line
