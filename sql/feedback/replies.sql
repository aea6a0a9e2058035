-- Who:    replies that are no ticket yet, with the customer who wrote and the messages they may answer.
-- Grain:  reply x message of the customer (once with nulls where there was none).
-- Why:    our key is a hash of touchpoint and subject: which message it was is found by hashing the customer's few.
-- Params: ids
select f.event_id, f.message_key, f.at, c.customer_id, m.touchpoint, m.subject_id, m.order_id
from feedback f
join lateral (select customer_id from customers where address_key = f.address_key
              order by coalesce(status, 'active') <> 'active', customer_id limit 1) c on true
left join message m on m.customer_id = c.customer_id
where f.kind = 'replied' and f.feedback_id = any(cast(:ids as bigint[]))
order by f.feedback_id, m.touchpoint, m.subject_id
