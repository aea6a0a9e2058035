-- Effect: a second name for what the record's digests told.
-- Params: none
create temporary view recorded_covers as select * from covers
