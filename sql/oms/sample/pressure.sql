-- Who:    what other tools sent: the Thursday newsletter of the last two weeks (not to those who joined within 30 days), and cart reminders of
--         yesterday; both also of the days to be walked.
-- Grain:  one message to a customer.
-- Params: clock, walked
with message as (
    select person, ((:clock)::timestamptz::date - days)::timestamptz + interval '12 hours' as at, 'newsletter' as source
    from base_people join base_registrations using (person) cross join generate_series(5, 12 + :walked, 7) as thursday (days)
    where consented and not withdrew and pg_temp.u(person, 'subscribed late') < 0.8
      and registered_at < ((:clock)::timestamptz::date - days)::timestamptz - interval '30 days'
    union all
    select person, ((:clock)::timestamptz::date - days)::timestamptz + interval '18 hours' + person % 60 * interval '1 minute', 'cart'
    from base_people join base_registrations using (person) cross join generate_series(1, 1 + :walked) as day (days)
    where consented and not withdrew and pg_temp.u(person + (days - 1) * 1000003, 'left a cart') < 0.04
      and registered_at < ((:clock)::timestamptz::date - days)::timestamptz
)
select 'C' || lpad(person::text, 8, '0') as customer_id, null::text as address, 'email' as channel, pg_temp.iso(at) as at, source
from message
order by at, person
