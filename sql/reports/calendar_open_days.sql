-- Who:    days the shop works, or not.
-- Grain:  day.
-- Params: first, last
select day, is_open from shop_day where day between :first and :last order by day
