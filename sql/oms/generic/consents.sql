-- Who:    addresses with a メルマガ column: what their newest order says, yes or no.
-- Grain:  address.
-- Params: none
select distinct on (address) address, 'email' as channel, 'marketing' as topic, granted, at, 'メルマガ' as source, _file, _line
from (select lower(pg_temp.plain_of(email)) as address, pg_temp.flag_of(newsletter) as granted, pg_temp.instant_of(placed_at) as at, _file, _line
      from raw_orders where placed_at is not null) o
where address is not null and granted is not null
order by address, at desc, _line
