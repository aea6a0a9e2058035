-- Grain: canonical table x place x file. Files of changed rows that were loaded; in this version they are not read again.
create table oms_object (
  table_name text not null,
  place      text not null,            -- folder or s3://bucket/prefix
  name       text not null,
  version    text not null,            -- ETag; of a local file its size and time
  loaded_at  timestamptz not null,     -- as_of of the run that loaded it
  primary key (table_name, place, name)
);
