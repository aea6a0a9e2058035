-- Effect: a look at what waits, before anybody decides.
-- Params: plan_id, act, touchpoint, reason, why, operator, as_of
insert into release_plan (plan_id, act, touchpoint, reason, why, operator, as_of)
values (:plan_id, :act, :touchpoint, :reason, :why, :operator, :as_of)
