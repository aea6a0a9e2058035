-- Who:    the rows of one due file, as candidates. {due} is the file's statement.
-- Grain:  touchpoint x subject; a subject two rows claim keeps its first due one.
-- Why:    the gate `floor` drops what is anchored before it; here it is not even built, for a first run is asked about every order
--         there is. What the ledger knows comes anyway: it may have stopped being true. A null floor (explain) shows all.
--         Where variants have weights, a hash of touchpoint and person chooses among them, whatever the due file says (and never the
--         hash of the holdout): each draws a lot by its own name, the shortest -ln(lot) / weight wins with its share of all weights
--         (weighted rendezvous hashing). So a changed weight moves people to or from that variant, and nobody else.
--         No due file makes a message valid for longer than declared: a longer time is declared, and begins with a floor (guards/set_floors).
-- Params: touchpoint, class, priority, mode, holdout, needs, channels, floor_at, variants, weights, valid_for_hours
insert into candidate (touchpoint, subject_id, customer_id, order_id, due_at, valid_until, variant, checks, context,
                       class, priority, mode, holdout, needs, channels)
select distinct on (due.subject_id)
       :touchpoint, due.subject_id, due.customer_id, due.order_id, due.due_at, least(due.valid_until, due.due_at + make_interval(hours => cast(:valid_for_hours as integer))),
       case when cardinality(cast(:variants as text[])) = 0 then due.variant else (
         select v.name
         from coalesce((select p.person_id from person p where p.customer_id = due.customer_id), due.customer_id) one (person_id),
              unnest(cast(:variants as text[]), cast(:weights as float8[])) v (name, weight),
              hashtextextended('variant:' || cast(:touchpoint as text) || ':' || v.name || ':' || one.person_id, 0) h (hash)
         order by -ln(cast((h.hash & 4294967295) + 0.5 as float8) / 4294967296) / v.weight, v.name
         limit 1) end,
       due.checks, due.context, :class, :priority, :mode, :holdout, :needs, :channels
from ({due}) due
where cast(:floor_at as timestamptz) is null or due.due_at > :floor_at
   or exists (select from message m where m.touchpoint = :touchpoint and m.subject_id = due.subject_id)
order by due.subject_id, due.due_at
