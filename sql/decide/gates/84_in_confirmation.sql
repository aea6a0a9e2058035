-- Stops:  money in (payment_received) or back (refund_issued) where the message of the same order that tells of it leaves this hour.
-- Reason: in_confirmation, in_cancellation, in_amendment. Class: T. For good, as the checks of later hours (not_in_confirmation,
--         not_told_before).
-- Params: none
update candidate c
set verdict = 'dropped', reason = t.reason
from candidate o
join (values ('payment_received', 'order_confirmation', 'in_confirmation'),
             ('refund_issued', 'order_cancelled', 'in_cancellation'),
             ('refund_issued', 'order_amended', 'in_amendment')) t (told, teller, reason) on t.teller = o.touchpoint
where c.verdict is null and c.touchpoint = t.told and o.order_id = c.order_id and (o.verdict is null or o.verdict = 'approval')
