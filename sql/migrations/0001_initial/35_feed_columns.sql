-- Grain: table x column as the source last delivered it while its feed was not stopped: what drift is measured against.
create table feed_column (
  table_name  text not null,
  column_name text not null,
  kind        text,                    -- integer, number, instant, date, boolean, text; null = never held a value
  seen_at     timestamptz not null,    -- as_of of the last run it held values in
  primary key (table_name, column_name)
);
