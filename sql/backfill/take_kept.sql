-- Who:    what every chunk left, to be arbitrated together: caps are counted once.
-- Params: none
insert into candidate select * from kept_candidate
