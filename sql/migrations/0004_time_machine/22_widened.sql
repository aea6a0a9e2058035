-- How long a touchpoint's messages were worth sending when its floor was set: a longer time begins with a floor of its own.
alter table touchpoint_floor add valid_for_hours integer;
