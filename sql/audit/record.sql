-- Effect: what a person did, once and for ever.
-- Params: operator, act, object, as_of, details
insert into audit (operator, act, object, as_of, details) values (:operator, :act, :object, :as_of, cast(:details as jsonb))
