-- Who:    persons whose facts are folded again: of orders folded now, of what the data dates between the last fold's business
--         time and this one's, of ids merged or parted by loads since, of changed loyalty; everybody where the tiers changed or nobody was folded yet (an upgrade).
-- Grain:  person, and ids merged away, whose row goes.
-- Why:    every clause but the last reads an index: cost follows what changed.
-- Params: after_load, since_at, everybody
create temp table person_to_fold on commit drop as
with parted as (
  select f.customer_id as person_id, c.customer_id
  from customer_fact f cross join unnest(f.merged_ids) m (id) join customers c on c.customer_id = m.id
  where f.merged_ids is not null and c.from_load > :after_load
), customer as (
  select customer_id from customer_to_fold
  union
  select customer_id from order_progress where placed_at > cast(:since_at as timestamptz) and placed_at <= business_now()
  union
  select customer_id from order_progress where delivered_at > cast(:since_at as timestamptz) and delivered_at <= business_now()
  union
  select customer_id from order_progress where returned_at > cast(:since_at as timestamptz) and returned_at <= business_now()
  union
  select customer_id from order_progress where cancelled_at > cast(:since_at as timestamptz) and cancelled_at <= business_now()
  union
  select o.customer_id from refunds r join orders o using (order_id) where r.at > cast(:since_at as timestamptz) and r.at <= business_now()
  union
  select customer_id from loyalty where from_load > :after_load
  union
  select customer_id from loyalty where joined_at > cast(:since_at as timestamptz) and joined_at <= business_now()
  union
  select customer_id from customers where status like 'merged_into:%' and from_load > :after_load
  union
  select m.customer_id
  from customers m join customers s on s.customer_id = substr(m.status, 13)
  where m.status like 'merged_into:%' and s.from_load > :after_load
  union
  select customer_id from parted
  union
  select person_id from parted
  union
  select customer_id from order_progress where :everybody or not exists (select from customer_fact)
)
select customer_id from customer where customer_id is not null
union
select p.person_id from customer join person p using (customer_id)
