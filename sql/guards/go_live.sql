-- Who:    the person who allows messages.
-- Params: from_at, set_by
insert into go_live (from_at, set_by) values (:from_at, :set_by)
