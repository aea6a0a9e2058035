-- Who:    codes of the pools that may be given: nobody has them, or they came back, and they can be used tomorrow still.
-- Grain:  pool x code.
-- Why:    the day is that of UTC and one more, so that it is over nowhere.
-- Params: none
select k.pool, k.code, k.customer_id, k.ends_on
from coupon_codes k
where coalesce(k.ends_on > (business_now() at time zone 'UTC')::date + 1, true)
  and not exists (
    select from issued_code i
    where i.pool = k.pool and i.code = k.code and not i.shared
      and not exists (select from returned_code r where r.touchpoint = i.touchpoint and r.subject_id = i.subject_id))
