-- Who:    messages nobody released. {unreleased} is sql/decide/unreleased.sql.
-- Params: as_of
update message m set state = 'expired', reason = x.reason, state_at = :as_of
from ({unreleased}) x
where m.touchpoint = x.touchpoint and m.subject_id = x.subject_id and m.state = 'approval'
