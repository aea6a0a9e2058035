-- Who:    template: a staging table, before rows arrive.
-- Params: none
alter table stage_{table} alter _position set not null, alter _position add generated always as identity
