-- Who:    whether the rules of this version are kept.
-- Params: version
select exists (select from rulebook where version = :version)
