-- Effect: the order's address stops being its address; the next publishing makes the files of the new one.
-- Who:    the order, with the version that was revoked; nobody where no such order is known.
-- Params: order_id, by
insert into tracking_page as t (order_id, version, revoked_at, revoked_by)
select order_id, 1, clock_timestamp(), :by from orders where order_id = :order_id
on conflict (order_id) do update
set version = t.version + 1, digest = null, has_calendar = false, revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by
returning t.order_id, t.version - 1 as revoked
