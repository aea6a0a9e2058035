-- Effect: the members of a plan, as previewed. :rows is a JSON array of objects with the columns' names.
-- Params: plan_id, rows
insert into notice_member (plan_id, order_id, customer_id, region, left_out, later, channel, language)
select :plan_id, order_id, customer_id, region, left_out, later, channel, language
from jsonb_to_recordset(cast(:rows as jsonb))
     r (order_id text, customer_id text, region text, left_out text, later boolean, channel text, language text)
