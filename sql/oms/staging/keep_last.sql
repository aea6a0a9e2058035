-- Effect: template: of raw rows that share a key, only those of the last file by name stay; rows without key stay.
-- Why:    file by file, not row by row: an order of one file may have a row for each of its lines.
-- Params: none
delete from {table} r using (
  select {key}, max(_file collate "C") as last_file from {table}
  where coalesce({key}) is not null
  group by {key} having count(distinct _file) > 1
) n
where {same} and coalesce({row_key}) is not null and r._file collate "C" < n.last_file
