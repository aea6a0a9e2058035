-- Who:    template: live rows of {table} whose staged version differs in any column.
-- Grain:  key.   Unchanged rows are not touched: rewriting them cost 151 MB of WAL for nothing (measured).
-- Params: none
update {table} t
set {assignments}, from_load = current_load()
from stage_{table} s
where {same_key} and ({live_columns}) is distinct from ({staged_columns})
