-- Who:    pairs of categories that enough persons bought one after the other, as they differ from what is stored.
-- Grain:  category x category of the next order that counts (the same one is no pair).
-- Why:    persons are counted, not orders: one who alternates between two counts once. A year is what its cost is bound by.
-- Params: least
with refunded as (
  select order_id, sum(amount) as amount from refunds where at <= business_now() group by order_id
), followed as (
  select person_id, order_id, lead(order_id) over (partition by person_id order by placed_at, order_id) as next_order_id
  from (select coalesce(p.person_id, o.customer_id) as person_id, g.order_id, g.placed_at
        from order_progress g
        join orders o using (order_id)
        left join refunded r using (order_id)
        left join person p on p.customer_id = o.customer_id
        where g.placed_at > business_now() - interval '365 days' and g.placed_at <= business_now() and o.original_order_id is null
          and coalesce(g.cancelled_at > business_now(), true) and coalesce(g.returned_at > business_now(), true)
          and o.total > coalesce(r.amount, 0)) kept
), followed_by as (
  select f.person_id, f.next_order_id, p.category
  from followed f join order_lines l using (order_id) join products p using (product_id)
  where f.next_order_id is not null and p.category is not null and l.quantity > coalesce(l.cancelled_quantity, 0)
), pair as (
  select distinct f.person_id, f.category, p.category as next_category
  from followed_by f join order_lines l on l.order_id = f.next_order_id join products p using (product_id)
  where p.category is not null and l.quantity > coalesce(l.cancelled_quantity, 0)
), wanted as (
  select c.category, c.next_category, c.support, b.buyers
  from (select category, next_category, count(*) as support from pair where next_category <> category group by category, next_category) c
  join (select category, count(*) as buyers
        from (select distinct person_id, category from followed_by) one group by category) b using (category)
  where c.support >= :least
), gone as (
  delete from next_category n
  where not exists (select from wanted w where (w.category, w.next_category) = (n.category, n.next_category))
)
insert into next_category as n (category, next_category, support, buyers)
select category, next_category, support, buyers from wanted
on conflict (category, next_category) do update set support = excluded.support, buyers = excluded.buyers, from_load = current_load()
where (n.support, n.buyers) is distinct from (excluded.support, excluded.buyers)
