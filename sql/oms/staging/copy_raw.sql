-- Effect: template: some rows of one raw table.
-- Params: none
copy {table} ({columns}) from stdin (format csv)
