-- Effect: what digests of this version told.
-- Grain:  touchpoint x member.
-- Params: none
create temporary table own_covers as select * from covers where false
