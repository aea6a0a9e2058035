-- Who:    what a step of the shadow decided, as candidates of its own ledger.
-- Params: rows
insert into candidate select * from jsonb_populate_recordset(cast(null as candidate), cast(:rows as jsonb))
