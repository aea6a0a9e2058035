-- Who:    the rules of one version.
-- Params: version
select files from rulebook where version = :version
