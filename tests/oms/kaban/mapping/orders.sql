-- Who:    orders: rows of the export that share a number.
-- Params: none
select o.受注番号 as order_id, lpad(o.会員番号, 3, '0') as customer_id, c.お名前 as buyer_name,
       pg_temp.instant_of(o.受注日時) as placed_at,
       case o.お支払方法 when 'クレジット' then 'credit_card' when '代引' then 'cod' else o.お支払方法 end as payment_method,
       s.total, 'JPY' as currency, pg_temp.day_of(o.お届け予定日) as promised_on, o._file, o._line
from (select distinct on (受注番号) * from raw_orders order by 受注番号, _line) o
left join raw_customers c using (会員番号)
left join (select 受注番号, case when bool_and(pg_temp.amount_of(o.金額) is not null) then sum(pg_temp.amount_of(o.金額)) end as total
           from raw_orders o group by 受注番号) s using (受注番号)
order by o._line
