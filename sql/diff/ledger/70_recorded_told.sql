-- Effect: a second name for what the record told of days of arrival.
-- Params: none
create temporary view recorded_told as select order_id, until_on, from_on, cause, told_at, times, content from told
