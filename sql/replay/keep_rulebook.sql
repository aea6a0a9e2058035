-- Who:    the rules of this run, where no earlier run decided by them.
-- Params: version, files
insert into rulebook (version, files) values (:version, cast(:files as jsonb)) on conflict (version) do nothing
