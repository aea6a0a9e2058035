-- Who:    template: the rows one statement of a mapping makes, as CSV with a header.
-- Params: none
copy ({select}) to stdout (format csv, header, encoding 'UTF8')
