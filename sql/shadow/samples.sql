-- Who:    a few of each difference. {compared} is sql/shadow/compared.sql.
-- Grain:  touchpoint x subject.
-- Params: most
select touchpoint, outcome, subject_id, customer_id, order_id, shadow_at, recorded_at, shadow_says, record_says
from (
  select c.*, row_number() over (partition by touchpoint, outcome order by coalesce(shadow_at, recorded_at), subject_id) as place
  from ({compared}) c where outcome <> 'same'
) p
where place <= :most order by touchpoint, outcome, place
