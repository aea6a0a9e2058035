-- Effect: template: rows of one raw file.
-- Params: none
copy {table} from stdin (format csv)
