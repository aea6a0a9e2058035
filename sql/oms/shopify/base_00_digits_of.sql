-- Effect: digits_of(currency): digits after the point of its amounts.
-- Params: none
create or replace function pg_temp.digits_of(currency text) returns integer language sql immutable as $$
  select case when currency in ('JPY', 'KRW', 'VND', 'CLP', 'ISK', 'XAF', 'XOF') then 0 else 2 end
$$
