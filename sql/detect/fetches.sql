-- Who:    addresses of live sources that were asked before.
-- Grain:  address.
-- Params: none
select url, source, etag, last_modified, asked_at, good_at, failures, retry_at, problem from hazard_fetch
