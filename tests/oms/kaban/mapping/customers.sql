-- Who:    members. Excel ate the zeros of their numbers.
-- Params: none
select lpad(c.会員番号, 3, '0') as customer_id, c.メール as email, c.お名前 as name, c._file, c._line from raw_customers c
