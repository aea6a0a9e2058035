-- Effect: what a load has taken from the inbox leaves it; a scan of a parcel nobody knows yet stays for a month.
-- Params: until, kept
delete from tracking_inbox
where inbox_id <= :until and (not inbox_id = any(cast(:kept as bigint[])) or received_at < clock_timestamp() - interval '30 days')
