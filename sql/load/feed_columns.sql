-- Who:    columns each source table had in its last good hour.
-- Grain:  table x column.
-- Params: none
select table_name, column_name, kind, seen_at from feed_column
