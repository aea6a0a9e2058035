-- Who:    template: staged rows of {table} nobody has yet.
-- Grain:  key.
-- Params: none
insert into {table} ({columns})
select {staged_columns} from stage_{table} s
where not exists (select from {table} t where {same_key})
order by s._position
