-- Who:    template: one raw file of a shop's export, every column text, before its rows arrive.
-- Grain:  record of the file; `_file`, `_line`: where it stands.
-- Params: none
create temp table {table} ({columns}, _file text, _line bigint)
