-- Who:    whether marketing reaches this customer by e-mail today: a yes on record, and no opt-out of the address.
-- Grain:  one row, true or false.
-- Params: customer, address_key
select exists (select from marketing_consent where customer_id = :customer)
   and not exists (select from suppression where address_key = :address_key)
   and not exists (select from stopped_address where address_key = :address_key)
