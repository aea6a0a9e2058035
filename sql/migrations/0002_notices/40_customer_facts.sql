-- What is known of a customer, derived at write (sql/track/create_folded_customer.sql), and what buyers of a category bought next.

-- Grain: tier. As brand.toml lists them; kept here so that a change folds everybody again.
create table tier_step (
  name     text primary key,
  spend    numeric(18,4) not null,     -- lifetime spend from which somebody has it ...
  currency text not null,              -- ... in this currency
  is_vip   boolean not null
);
select keep_history('tier_step');

-- Grain: person who placed an order: a customer with all ids merged into it. What the last fold saw at its business time:
-- nothing dated later is in it, so a snapshot can be walked. What moves with time alone (days since, newest score, on time
-- or late, category names) is not here but in the view customer_facts.
-- An order is *bought* when it was placed and is neither cancelled nor an exchange or replacement. It *counts* when nothing of it
-- was sent back and something of its price is left after refunds.
create table customer_fact (
  customer_id      text primary key,
  merged_ids       text[],             -- other ids whose orders are among these; null = none
  order_number     bigint not null,    -- orders bought
  orders_counted   bigint not null,
  delivered_orders bigint not null,    -- of those that count
  spent            jsonb not null,     -- currency -> price of orders that count, less refunds; no exchange rate is invented
  currency         text,               -- of the last order that counts ...
  lifetime_spend   numeric(18,4) not null,  -- ... and what was spent in it
  first_order_id   text,               -- of those that count, as all below
  first_order_at   timestamptz,
  first_order_on   date,               -- its day where the customer is
  last_order_id    text,
  last_order_at    timestamptz,
  first_delivered_at timestamptz,
  last_delivered_order_id text,        -- the newest order that arrived
  last_delivered_at timestamptz,
  own_interval_days bigint,            -- median of days between days with an order; null below two such days
  next_order_on    date,               -- last order's day plus that
  silent_at        timestamptz,        -- 09:00 of the day from which they have been silent for too long
  tier             text,               -- the loyalty programme's word, else the highest step reached
  tier_since       timestamptz,        -- by spend: when the order that reached it was placed. By loyalty: the business time of
                                       -- the fold that saw the word change, or since they joined
  tier_order_id    text,               -- by spend: that order
  vip_since        timestamptz,        -- null = is none
  product_ids      text[] not null     -- bought in orders that count
) with (fillfactor = 80);
create index on customer_fact (first_order_id);
create index on customer_fact (last_order_id);
create index on customer_fact (silent_at);
create index on customer_fact ((extract(month from first_order_on) * 100 + extract(day from first_order_on)));
create index on customer_fact (tier_since);
create index on customer_fact (vip_since) where vip_since is not null;
create index on customer_fact (customer_id) where merged_ids is not null;
select keep_history('customer_fact');

-- Grain: category x category of the next order. Made anew by the first fold of each day from a year of orders.
create table next_category (
  category      text not null,
  next_category text not null,
  support       bigint not null,       -- persons whose next order after one of `category` held something of `next_category`
  buyers        bigint not null,       -- persons who ordered again after one of `category`
  primary key (category, next_category)
);
select keep_history('next_category');

-- What a fold asks: what became true since the last one.
create index on order_progress (returned_at) where returned_at is not null;
create index on refunds (at);
create index on loyalty (joined_at);
create index on products (category);

-- Birthdays by month and day, of the order system and of the preference page, live and in their history.
create index on customers ((extract(month from birthday) * 100 + extract(day from birthday))) where birthday is not null;
create index on {ns}_rec.customers_old ((extract(month from birthday) * 100 + extract(day from birthday))) where birthday is not null;
create index on preference ((extract(month from birthday) * 100 + extract(day from birthday))) where birthday is not null;
