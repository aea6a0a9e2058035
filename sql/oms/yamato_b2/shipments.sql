-- Who:    printed slips with a number and an order.
-- Grain:  slip.
-- Why:    a slip is no parcel on its way yet: when it left, Yamato's scans say. 1 is frozen and 2 cool; ネコポス (7, A) goes into the letter box.
-- Params: none
select 'yamato-' || pg_temp.tracking_of(tracking_number, 'yamato') as shipment_id, ltrim(pg_temp.plain_of(order_no), '#') as order_id,
       'yamato' as carrier, pg_temp.tracking_of(tracking_number, 'yamato') as tracking_number,
       case when pg_temp.plain_of(kind) in ('3', '7', 'A') then 'mail' when pg_temp.plain_of(cool) = '1' then 'frozen'
            when pg_temp.plain_of(cool) = '2' then 'cool' else 'normal' end as service,
       pg_temp.day_of(arrives_on) as promised_on, _file, _line
from raw_slips
where pg_temp.plain_of(tracking_number) is not null and pg_temp.plain_of(order_no) is not null
order by _line
