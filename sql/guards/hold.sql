-- Who:    this run, held. An open hold of the same kind stays as it is.
-- Params: kind, detail, as_of
insert into hold (kind, detail, as_of) values (:kind, cast(:detail as jsonb), :as_of)
on conflict (kind) where resumed_at is null do nothing
