-- Who:    other messages of a plan's people: on their way out, waiting, or due by the candidates collected for the next hours.
-- Grain:  touchpoint.
-- Params: plan_id
with reached as (
  select distinct customer_id from notice_member where plan_id = :plan_id and left_out is null
)
select touchpoint, count(*) as n
from (
  select touchpoint, subject_id from message
  where customer_id in (select customer_id from reached) and state in ('planned', 'approval', 'sealed', 'posting')
  union
  select touchpoint, subject_id from waiting where customer_id in (select customer_id from reached)
  union
  select touchpoint, subject_id from candidate where verdict is null or verdict in ('waiting', 'approval')
) due
group by touchpoint order by touchpoint
