-- Who:    template; tasks/core/merge.py fills {table}, {columns} and {staged_only} from the canonical schema.
-- Effect: an empty staging table of this transaction, no constraints, its rows numbered in the order they arrive.
-- Params: none
create temp table stage_{table} on commit drop as
select {columns}, {staged_only}null::text as _file, null::bigint as _line, null::bigint as _position from {table} with no data
