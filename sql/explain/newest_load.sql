-- Who:    the last load by a business time: what was known then, where no hour was decided.
-- Params: as_of
select max(load_id) from load where as_of <= :as_of
