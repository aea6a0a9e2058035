-- Effect: a second name for the record's ledger: from here on `message` will be that of the version.
-- Params: none
create temporary view recorded_message as select * from message
