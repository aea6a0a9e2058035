-- Who:    pairs of categories that enough persons bought one after the other, as they differ from what is stored.
-- Grain:  category x category of the next order that counts (the same one is no pair).
-- Why:    persons are counted, not orders: one who alternates between two counts once. A year is what its cost is bound by.
-- Params: least
with kept as (
  select coalesce(p.person_id, o.customer_id) as person_id, g.order_id, g.placed_at
  from order_progress g
  join orders o using (order_id)
  left join person p on p.customer_id = o.customer_id
  where g.placed_at > business_now() - interval '365 days' and g.placed_at <= business_now() and o.original_order_id is null
    and coalesce(g.cancelled_at > business_now(), true) and coalesce(g.returned_at > business_now(), true)
    and o.total > coalesce((select sum(r.amount) from refunds r where r.order_id = o.order_id and r.at <= business_now()), 0)
), followed as (
  select person_id, order_id, lead(order_id) over (partition by person_id order by placed_at, order_id) as next_order_id from kept
), held as (
  select distinct k.order_id, p.category
  from kept k join order_lines l using (order_id) join products p using (product_id)
  where p.category is not null and l.quantity > coalesce(l.cancelled_quantity, 0)
), counted as (
  select h.category, n.category as next_category, count(distinct f.person_id) as support
  from followed f join held h using (order_id) join held n on n.order_id = f.next_order_id and n.category <> h.category
  group by h.category, n.category
), buyer as (
  select h.category, count(distinct f.person_id) as buyers
  from followed f join held h using (order_id) where f.next_order_id is not null group by h.category
), wanted as (
  select c.category, c.next_category, c.support, b.buyers from counted c join buyer b using (category) where c.support >= :least
), gone as (
  delete from next_category n
  where not exists (select from wanted w where (w.category, w.next_category) = (n.category, n.next_category))
)
insert into next_category as n (category, next_category, support, buyers)
select category, next_category, support, buyers from wanted
on conflict (category, next_category) do update set support = excluded.support, buyers = excluded.buyers, from_load = current_load()
where (n.support, n.buyers) is distinct from (excluded.support, excluded.buyers)
