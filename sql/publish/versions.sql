-- Who:    orders whose first address was revoked.
-- Grain:  order.
-- Params: none
select order_id, version from tracking_page where version > 0
