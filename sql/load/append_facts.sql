-- Who:    template: staged facts of {table}; the unique index says which are already known.
-- Grain:  fact.
-- Params: none
insert into {table} ({columns})
select {staged_columns} from stage_{table} s order by s._position
on conflict do nothing
