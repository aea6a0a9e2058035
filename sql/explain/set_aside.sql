-- Who:    rows that were set aside under this id, and why: they are in no table.
-- Grain:  row x column. Asked where nothing else is known of the id.
-- Params: id
select table_name, column_name, reason, file, line
from rejected_fact
where content ->> 'order_id' = :id or content ->> 'customer_id' = :id
order by last_seen_at desc, table_name, column_name
limit 3
