-- Who:    the rules of this run, where no earlier run decided by them.
-- Why:    two runs may find them new at once.
-- Params: version, files
insert into rulebook (version, files) values (:version, cast(:files as jsonb)) on conflict (version) do nothing
