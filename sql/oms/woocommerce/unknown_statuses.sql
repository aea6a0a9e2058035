-- Who:    statuses nobody said the meaning of.
-- Grain:  status.
-- Params: none
select d ->> 'status' || ' (' || count(*) || ')' as status from newest_order where not is_known group by d ->> 'status' order by d ->> 'status'
