-- Who:    customers chosen by a hash: the same ones each time, as random as any.
-- Params: n
select customer_id from customer_fact order by hashtextextended('explain' || customer_id, 0) limit :n
