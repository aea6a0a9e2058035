-- Who:    the rows of one due file, as candidates. {due} is the file's statement.
-- Grain:  touchpoint x subject; a subject two rows claim keeps its first due one.
-- Params: touchpoint, class, priority, mode, holdout, needs, channels
insert into candidate (touchpoint, subject_id, customer_id, order_id, due_at, valid_until, variant, checks, context,
                       class, priority, mode, holdout, needs, channels)
select distinct on (due.subject_id)
       :touchpoint, due.subject_id, due.customer_id, due.order_id, due.due_at, due.valid_until, due.variant, due.checks,
       due.context, :class, :priority, :mode, :holdout, :needs, :channels
from ({due}) due
order by due.subject_id, due.due_at
