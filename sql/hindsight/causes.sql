-- Who:    the late facts of this run's late orders, first those that were longest in coming.
-- Grain:  version of a row.
-- Params: none
select order_id, feed, fact, fields, happened_at, known_at from late_fact order by order_id, known_at - happened_at desc, feed, fact
