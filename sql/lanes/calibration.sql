-- Who:    forecasts of past parcels against what happened.
-- Grain:  carrier, then the level of likeness, then promises by how sure a miss was; `group` says which. parcels: all of the group;
--         forecast: those that could be compared; inside: share of them that arrived within their 80 % window; expected_late and
--         late: forecast and real share of missed promises.
-- Params: none
with outcome as (
  select t.carrier, f.level, f.p_late, f.shipment_id is not null as is_forecast,
         t.shipped_on + t.days between f.early_on and f.late_on is true as is_inside,
         case when t.promised_on is not null then t.days is null or t.shipped_on + t.days > t.promised_on end as is_late
  from traveller t left join forecast f using (shipment_id)
), grouped as (
  select 1 as place, 'carrier' as "group", carrier as name, * from outcome
  union all
  select 2, 'level', coalesce(level, 'none'), * from outcome
  union all
  select 3, 'chance of a miss', case when p_late < 0.2 then 'below 20 %' when p_late < 0.5 then '20 to 50 %' when p_late < 0.8 then '50 to 80 %'
                                     else '80 % and more' end, * from outcome where p_late is not null
)
select "group", name, count(*) as parcels, count(*) filter (where is_forecast) as forecast,
       avg(is_inside::int) filter (where is_forecast)::float8 as inside, avg(p_late) as expected_late,
       (avg(is_late::int) filter (where p_late is not null))::float8 as late
from grouped
group by place, "group", name
order by place, min(coalesce(p_late, 0)), name
