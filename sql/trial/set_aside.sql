-- Who:    why rows of a trial were set aside, each with its first place and what stood there.
-- Grain:  table x column x reason, most rows first.
-- Params: none
select table_name, column_name, reason, n, file, line, value
from (
  select table_name, column_name, reason, file, line, content ->> column_name as value,
         count(*) over same as n, row_number() over (partition by table_name, column_name, reason order by file, line) as place
  from rejected_fact
  window same as (partition by table_name, column_name, reason)
) r
where place = 1
order by n desc, table_name, column_name, reason
