-- Who:    messages that began to wait at :as_of: each counts once, for what held it first.
-- Grain:  touchpoint x reason.
-- Params: as_of
select touchpoint, reason, count(*) as messages from waiting where since_at = :as_of group by 1, 2
