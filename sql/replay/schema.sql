-- Who:    the revision of the schema this namespace is at.
-- Params: none
select version_num from schema_version
