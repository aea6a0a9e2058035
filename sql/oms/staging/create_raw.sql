-- Who:    template: one raw table of a source, every column text (each followed by a comma), before its rows arrive.
-- Grain:  record of its file, or document; `_file`, `_line`: where it stands.
-- Params: none
create temp table {table} ({columns}_file text, _line bigint)
