-- Who:    orders dated after :now: of a walk that was cut off, whose source knew more than it walked.
-- Params: now
select count(*) from orders where placed_at > :now
