-- Who:    touchpoints whose hour the volume gate found far above the usual: held, or (class T) sent with an alarm.
-- Grain:  touchpoint.
-- Params: none
select touchpoint, verdict, count(*) as n, max((detail ->> 'volume')::bigint) as volume, max((detail ->> 'usual')::float8) as usual,
       max((detail ->> 'weeks')::integer) as weeks, max((detail ->> 'limit')::float8) as most
from candidate
where detail ? 'usual' and (verdict is null or reason = 'volume')
group by touchpoint, verdict order by touchpoint, verdict
