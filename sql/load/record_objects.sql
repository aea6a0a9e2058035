-- Effect: files whose rows this transaction loads: they are not read again in this version.
-- Why:    in the load itself: a crash before it reads them again.
-- Params: rows, as_of
insert into oms_object (table_name, place, name, version, loaded_at)
select "table", place, name, version, cast(:as_of as timestamptz)
from jsonb_to_recordset(cast(:rows as jsonb)) r ("table" text, place text, name text, version text)
on conflict (table_name, place, name) do update set (version, loaded_at) = (excluded.version, excluded.loaded_at)
