-- Who:    what customers to come say to being written to, as their likes did until six weeks after the order; and who of those known
--         says no, as many as of late and drawn among those who said yes.
-- Grain:  word, known when it is said, with the order at the earliest.
-- Why:    a guest is known by the mailbox alone.
-- Params: now, days, seed
create temp table future_consents on commit drop as
with late as (
  select channel, topic, source, at, row_number() over (order by at, customer_id, channel, topic) as place
  from consents where not granted and customer_id is not null and at > cast(:now as timestamptz) - interval '28 days' and at <= :now
), again as (
  select l.channel, l.topic, l.source, l.at + make_interval(days => 28 * n) as at, row_number() over (order by n, l.place) as place
  from late l
  cross join generate_series(1, (:days + 27) / 28) n
), willing as (
  select customer_id, row_number() over (order by hashtextextended(customer_id, :seed), customer_id) as place
  from (select distinct customer_id from consents where granted and customer_id is not null
        except select customer_id from consents where not granted) yes
)
select greatest(p.placed_at, c.at + p.gap) as known_at, case when not p.is_guest then p.customer_id end as customer_id,
       case when p.is_guest then p.email end as address, c.channel, c.topic, c.granted, c.at + p.gap as at, c.source
from person_to_come p
join customers k on k.customer_id = p.like_customer_id
join consents c on case when p.is_guest then c.customer_id is null and c.address = k.address_key else c.customer_id = p.like_customer_id end
where c.at < p.donor_placed_at + interval '42 days'
union all
select a.at, w.customer_id, null, a.channel, a.topic, false, a.at, a.source
from again a
join willing w using (place)
