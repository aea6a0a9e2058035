-- Grain: campaign. A dated message of the communication calendar.
create table campaigns (
  campaign_id text not null,
  title       text not null,         -- what the shop calls it; customers never see it
  words       jsonb not null,        -- language -> {subject, preheader?, body (a paragraph a line), button?}
  audience    jsonb,                 -- segment -> what it must be; null = everybody who may be written to
  url         text,
  image_url   text,
  pool        text,                  -- of coupon codes, as brand.toml names it
  starts_at   timestamptz not null,
  ends_at     timestamptz not null,
  primary key (campaign_id)
) with (fillfactor = 85);
create index on campaigns (starts_at);
select keep_history('campaigns');

-- Grain: pool x code. Codes the shop's till takes, each to be given to one person once.
create table coupon_codes (
  pool        text not null,
  code        text not null,
  customer_id text,                  -- a personal code: nobody else's; null = whoever comes first
  ends_on     date,                  -- the till takes it until the end of this day
  primary key (pool, code)
) with (fillfactor = 85);
create index on coupon_codes (customer_id) where customer_id is not null;
select keep_history('coupon_codes');

-- Grain: mention. A post about the brand, or with its hashtag, that a listening tool saw.
create table mentions (
  mention_id  text not null,
  platform    text not null,         -- instagram, x, youtube ... as the tool names it
  at          timestamptz not null,
  author      text,                  -- the handle
  customer_id text,                  -- null: nobody knows whose handle it is
  url         text,
  text        text,
  has_photo   boolean,
  primary key (mention_id)
) with (fillfactor = 85);
create index on mentions (at);
select keep_history('mentions');
