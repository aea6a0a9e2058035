-- Who:    customers to come: each is like the one whose first order theirs goes like, with addresses that reach nobody.
-- Grain:  person. Telephones begin with 0700, which no Japanese mobile number does.
-- Params: none
create temp table person_to_come on commit drop as
select s.person, s.order_id, s.like_customer_id, s.is_guest, s.placed_at, s.donor_placed_at, s.gap, s.days,
       'SIM-C' || lpad(cast(s.person as text), 7, '0') as customer_id,
       'sim-' || s.person || '@simulated.invalid' as email, '0700' || lpad(cast(s.person as text), 7, '0') as phone
from story s
where s.kind = 'new'
