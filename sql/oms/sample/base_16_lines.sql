-- Who:    what is in each basket.
-- Grain:  (i, line_no). ship_no says which parcel it leaves in; recipients is the number of gift recipients (0 = no gift).
-- Params: none
create temp table base_lines as
with basket as (
    select i, is_beauty, regular_product,
           case when pg_temp.u(i, 'lines') < 0.55 then 1 when pg_temp.u(i, 'lines') < 0.83 then 2
                when pg_temp.u(i, 'lines') < 0.95 then 3 else 4 end as lines,
           case when pg_temp.u(i, 'gift') >= 0.07 or regular_product is not null then 0
                when pg_temp.u(i, 'recipients') < 0.65 then 1 when pg_temp.u(i, 'recipients') < 0.9 then 2 else 3 end as recipients
    from base_buying
), line as (
    select i, is_beauty, recipients, line_no, greatest(lines, recipients) as lines,
           case when line_no = 1 then regular_product end as regular_product,
           recipients < 2 and lines >= 2 and pg_temp.u(i, 'split') < 0.19 as is_split
    from basket cross join lateral generate_series(1, greatest(lines, recipients)) as line_no
)
select l.i, l.line_no, l.recipients, l.lines, p.n as product, p.price, p.tax_rate, p.cool, p.mail,
       q.quantity,
       case when l.line_no = 2 and l.recipients = 0 and not l.is_split and pg_temp.u(l.i, 'sold out') < 0.02
            then q.quantity else 0 end as cancelled_quantity,
       case when l.recipients > 1 then 1 + (l.line_no - 1) % l.recipients when l.is_split and l.line_no = l.lines then 2
            else 1 end as ship_no,
       case when l.recipients > 1 then 1 + (l.line_no - 1) % l.recipients when l.recipients = 1 then 1 end as recipient_no
from line as l
cross join (select max(slots) filter (where not is_beauty) as plain, max(slots) filter (where is_beauty) as beauty
            from base_product_slots) as n
join base_product_slots as s on s.is_beauty = l.is_beauty
     and s.slot = floor(case when l.is_beauty then n.beauty else n.plain end * pg_temp.u(l.i * 8 + l.line_no, 'product'))::bigint
join base_products as p on p.n = coalesce(l.regular_product, s.product)
cross join lateral (
    select case when p.category in ('furniture', 'appliances') or pg_temp.u(l.i * 8 + l.line_no, 'quantity') < 0.82 then 1
                when pg_temp.u(l.i * 8 + l.line_no, 'quantity') < 0.95 then 2 else 3 end as quantity) as q
