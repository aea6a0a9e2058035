-- The canonical tables (the canonical drop format; tasks/core/canonical.py holds the same columns, a test compares them).
-- Ids of shop fronts other than the default arrive prefixed with `source:`.

create table customers (
  customer_id text not null,
  email text,
  phone text,
  line_user_id text,
  push_token text,
  name text,
  family_name text,
  given_name text,
  company text,
  locale text,
  timezone text,
  birthday date,
  registered_at timestamptz,
  preferred_channel text,
  postal_code text,
  region text,
  status text,
  newsletter boolean,
  attributes jsonb,
  updated_at timestamptz,
  address_key text,
  line_key text,
  phone_key text,
  primary key (customer_id)
) with (fillfactor = 85);
create index on customers (address_key);
create index on customers (status) where status like 'merged_into:%';
select keep_history('customers');

create table consents (
  customer_id text,
  address text,
  channel text not null,
  topic text,
  granted boolean not null,
  at timestamptz not null,
  source text not null,
  unique nulls not distinct (customer_id, address, channel, topic, at)
);
create index on consents (customer_id);
create index on consents (address);
select keep_facts('consents');

create table products (
  product_id text not null,
  name text not null,
  category text,
  attributes jsonb,
  price numeric(18,4),
  in_stock boolean,
  url text,
  image_url text,
  consumption_days bigint,
  howto_url text,
  warranty_months bigint,
  maintenance_days bigint,
  replace_after_months bigint,
  reviewable_after_days bigint,
  primary key (product_id)
) with (fillfactor = 85);
select keep_history('products');

create table orders (
  order_id text not null,
  source text not null default 'shop',
  customer_id text,
  buyer_name text,
  buyer_email text,
  buyer_phone text,
  locale text,
  placed_at timestamptz not null,
  paid_at timestamptz,
  payment_method text,
  payment_due_at timestamptz,
  subtotal numeric(18,4),
  shipping_fee numeric(18,4),
  discount numeric(18,4),
  points_used numeric(18,4),
  fee numeric(18,4),
  tax numeric(18,4),
  total numeric(18,4) not null,
  currency text not null,
  status text,
  promised_on date,
  requested_on date,
  requested_slot text,
  preorder_until date,
  gift boolean,
  sales_channel text,
  ship_to_name text,
  ship_to_postal_code text,
  ship_to_region text,
  ship_to_address text,
  location_id text,
  original_order_id text,
  subscription_id text,
  cancelled_at timestamptz,
  updated_at timestamptz,
  primary key (order_id)
) with (fillfactor = 85);
create index on orders (placed_at);
create index on orders (customer_id);
create index on orders (cancelled_at);
create index on orders (paid_at) where paid_at is not null;
create index on orders (payment_due_at) where payment_due_at is not null;
create index on orders (original_order_id) where original_order_id is not null;
select keep_history('orders');

create table order_lines (
  order_id text not null,
  line_no bigint not null,
  product_id text not null,
  product_name text,
  quantity bigint not null,
  cancelled_quantity bigint,
  unit_price numeric(18,4) not null,
  tax_rate numeric(18,4),
  recipient_no bigint,
  primary key (order_id, line_no)
) with (fillfactor = 85);
create index on order_lines (product_id);
select keep_history('order_lines');

create table recipients (
  order_id text not null,
  recipient_no bigint not null,
  name text,
  postal_code text,
  region text,
  address text,
  primary key (order_id, recipient_no)
) with (fillfactor = 85);
select keep_history('recipients');

create table payments (
  payment_id text not null,
  order_id text not null,
  amount numeric(18,4) not null,
  at timestamptz not null,
  method text,
  primary key (payment_id)
);
create index on payments (order_id);
create index on payments (at);
select keep_facts('payments');

create table refunds (
  refund_id text not null,
  order_id text not null,
  amount numeric(18,4) not null,
  at timestamptz not null,
  method text,
  primary key (refund_id)
);
create index on refunds (order_id);
select keep_facts('refunds');

create table returns (
  return_id text not null,
  order_id text not null,
  kind text,
  status text not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (return_id)
) with (fillfactor = 85);
create index on returns (order_id);
select keep_history('returns');

create table shipments (
  shipment_id text not null,
  order_id text not null,
  recipient_no bigint,
  carrier text not null,
  tracking_number text,
  shipped_at timestamptz,
  delivered_at timestamptz,
  location_id text,
  service text,
  promised_on date,
  updated_at timestamptz,
  primary key (shipment_id)
) with (fillfactor = 85);
create index on shipments (order_id);
create index on shipments (carrier, tracking_number);
create index on shipments (shipped_at);
select keep_history('shipments');

create table shipment_lines (
  shipment_id text not null,
  line_no bigint not null,
  quantity bigint not null,
  primary key (shipment_id, line_no)
) with (fillfactor = 85);
select keep_history('shipment_lines');

create table locations (
  location_id text not null,
  kind text,
  postal_code text,
  region text,
  primary key (location_id)
) with (fillfactor = 85);
select keep_history('locations');

create table tracking_events (
  carrier text not null,
  tracking_number text not null,
  raw_status text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz,
  location text,
  region text,
  eta_on date,
  payload jsonb,
  status text not null,
  reason text,
  unique nulls not distinct (carrier, tracking_number, occurred_at, raw_status, location)
);
create index on tracking_events (occurred_at);
select keep_facts('tracking_events');

create table reviews (
  order_id text not null,
  at timestamptz not null,
  score bigint,
  unique nulls not distinct (order_id, at)
);
select keep_facts('reviews');

create table tickets (
  ticket_id text not null,
  customer_id text not null,
  order_id text,
  channel text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  topic text,
  primary key (ticket_id)
) with (fillfactor = 85);
create index on tickets (customer_id);
select keep_history('tickets');

create table survey_answers (
  order_id text not null,
  at timestamptz not null,
  question text not null,
  answer text,
  unique nulls not distinct (order_id, at, question)
);
select keep_facts('survey_answers');

create table loyalty (
  customer_id text not null,
  points bigint,
  tier text,
  joined_at timestamptz,
  primary key (customer_id)
) with (fillfactor = 85);
select keep_history('loyalty');

create table subscriptions (
  subscription_id text not null,
  customer_id text not null,
  product_id text,
  next_ship_on date,
  change_until timestamptz,
  status text,
  primary key (subscription_id)
) with (fillfactor = 85);
create index on subscriptions (customer_id);
select keep_history('subscriptions');

create table pressure (
  customer_id text,
  address text,
  channel text not null,
  at timestamptz not null,
  source text not null,
  unique nulls not distinct (customer_id, address, channel, at, source)
);
create index on pressure (customer_id);
create index on pressure (address);
select keep_facts('pressure');

create table journeys (
  customer_id text not null,
  journey text not null,
  entered_at timestamptz not null,
  left_at timestamptz,
  primary key (customer_id, journey, entered_at)
) with (fillfactor = 85);
select keep_history('journeys');

create table scores (
  customer_id text not null,
  name text not null,
  value double precision not null,
  at timestamptz not null,
  unique nulls not distinct (customer_id, name, at)
);
select keep_facts('scores');
