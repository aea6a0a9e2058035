-- Who:    files of the order system that were loaded. What was loaded after :until shall be read again: it has no version.
-- Grain:  canonical table x place x file.
-- Params: until
select table_name as "table", place, name,
       case when cast(:until as timestamptz) is null or loaded_at <= :until then version else '' end as version
from oms_object
