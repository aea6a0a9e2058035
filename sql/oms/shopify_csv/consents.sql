-- Who:    addresses that agreed to marketing at the checkout. A no there takes no earlier yes back, so it says nothing.
-- Grain:  address, with its newest yes.
-- Params: none
select distinct on (address) address, 'email' as channel, 'marketing' as topic, 'true' as granted, at, 'checkout' as source, _file, _line
from (select lower(pg_temp.plain_of(email)) as address, pg_temp.instant_of(placed_at) as at, _file, _line
      from raw_orders where placed_at is not null and pg_temp.flag_of(accepts_marketing) = 'true') agreed
where address is not null
order by address, at desc
