-- Who:    template: a raw table as it stands.
-- Grain:  record of a file.
-- Params: none
select * from {table}
