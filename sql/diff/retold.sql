-- Effect: orders the record told something in these hours.
-- Params: none
insert into retold (order_id)
select distinct m.order_id from decided_message m join replaced using (run_id, touchpoint) where m.order_id is not null
