-- What brand.toml offers and due files ask about.

-- Grain: shop front (orders.source). As brand.toml lists them; kept here so that a due file can ask, and a replay asks what was said then.
create table shop_front (
  source         text primary key,
  stamp_places   integer,            -- of a stamp card; null = there is none
  surprise_share numeric,            -- share of customers a month draws for a gift; null = none
  has_membership boolean not null,
  has_community  boolean not null
);
select keep_history('shop_front');

-- The draw of a month is a range of this number (sql/due/surprise_gift.sql).
create index on customer_fact ((hashtextextended(customer_id, 0) & 65535));
create index on {ns}_rec.customer_fact_old ((hashtextextended(customer_id, 0) & 65535));

-- The order that brought a tier, where a later load touches it (sql/due/tier_up.sql).
create index on customer_fact (tier_order_id) where tier_order_id is not null;
create index on {ns}_rec.customer_fact_old (tier_order_id) where tier_order_id is not null;
