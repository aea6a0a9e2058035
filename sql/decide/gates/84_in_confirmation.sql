-- Stops:  "payment received" where the confirmation of the same order leaves this hour: it tells of the money already.
-- Reason: in_confirmation. Class: T. For good, as the check not_in_confirmation of later hours.
-- Params: none
update candidate c
set verdict = 'dropped', reason = 'in_confirmation'
from candidate o
where c.verdict is null and c.touchpoint = 'payment_received'
  and o.touchpoint = 'order_confirmation' and o.order_id = c.order_id and (o.verdict is null or o.verdict = 'approval')
